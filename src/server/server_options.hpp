#pragma once

#include <vitals/export.hpp>
#include <vitals/server.hpp>

namespace vitals::inline v1 {
namespace detail {

/// The one place where a server's options are validated, apart from the paths, which are the Endpoint's.
///
/// @throws std::invalid_argument  naming the option, its value and the rule.
[[nodiscard]] VITALS_EXPORT HealthServerOptions valid(HealthServerOptions options);

}  // namespace detail
}  // namespace vitals::inline v1
