#pragma once

#include <string>

#include <vitals/clock.hpp>
#include <vitals/lifecycle.hpp>

namespace vitals::inline v1 {
namespace detail {

/// Within which everything ends: the grace period without its last 5 s, which are left to checks and a log that hang.
[[nodiscard]] Duration time_to_end(const LifecycleOptions& options) noexcept;

/// As in "a grace_period of 30 s leaves 25 s".
[[nodiscard]] std::string in_grace_period(const LifecycleOptions& options);

/// @param shutdown_limit  The registry's, after which liveness fails.
/// @throws std::invalid_argument  naming the option and the rule.
[[nodiscard]] LifecycleOptions valid(LifecycleOptions options, Duration shutdown_limit);

}  // namespace detail
}  // namespace vitals::inline v1
