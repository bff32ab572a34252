#pragma once

#include <string_view>

#include <vitals/check.hpp>
#include <vitals/clock.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>

#include "core/model/check_state.hpp"

namespace vitals::inline v1 {
namespace detail {

// Validation of the core's options. Each function throws std::invalid_argument naming the object, the option and the
// rule.

[[nodiscard]] RegistryOptions valid(RegistryOptions options);
[[nodiscard]] PushedCheckOptions valid(PushedCheckOptions options);
[[nodiscard]] Duration valid_heartbeat_limit(Duration limit);

[[nodiscard]] CheckRules scheduled_rules(Probe probe, std::string_view name, const CheckOptions& options,
                                         Duration answer_budget);
/// An instant check takes only `critical` and `last_known_good_for`.
[[nodiscard]] CheckRules instant_rules(Probe probe, std::string_view name, const CheckOptions& options);

}  // namespace detail
}  // namespace vitals::inline v1
