#pragma once

#include <chrono>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

/// What holds up to and including `moment` stops holding here.
[[nodiscard]] constexpr SteadyTime just_after(SteadyTime moment) noexcept { return moment + Duration{1}; }

/// How long the end of a registry, a Runner, a subscription or a log waits for user code.
inline constexpr std::chrono::seconds patience{1};

}  // namespace detail
}  // namespace vitals::inline v1
