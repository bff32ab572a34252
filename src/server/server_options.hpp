#pragma once

#include <vitals/export.hpp>
#include <vitals/server.hpp>

namespace vitals::inline v1 {
namespace detail {

/// Returns valid options unchanged. The Endpoint validates the paths.
///
/// @throws std::invalid_argument  naming the option, its value and the rule.
[[nodiscard]] VITALS_EXPORT HealthServerOptions valid(HealthServerOptions options);

}  // namespace detail
}  // namespace vitals::inline v1
