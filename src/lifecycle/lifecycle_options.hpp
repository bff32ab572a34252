#pragma once

#include <vitals/lifecycle.hpp>

namespace vitals::inline v1 {
namespace detail {

/// @param shutdown_limit  The registry's, after which liveness fails.
/// @throws std::invalid_argument  naming the option and the rule.
[[nodiscard]] LifecycleOptions valid(LifecycleOptions options, Duration shutdown_limit);

}  // namespace detail
}  // namespace vitals::inline v1
