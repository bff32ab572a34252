#pragma once

#include <chrono>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

/// When something expires that is valid up to and including `moment`.
[[nodiscard]] constexpr SteadyTime just_after(SteadyTime moment) noexcept { return moment + Duration{1}; }

/// How long ending a registry, a Runner, a subscription or a log waits for user code.
inline constexpr std::chrono::seconds patience{1};

}  // namespace detail
}  // namespace vitals::inline v1
