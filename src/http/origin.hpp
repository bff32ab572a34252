#pragma once

#include <string>

namespace vitals::inline v1 {
namespace detail {

/// Returns `origin` if it can be the value of an Access-Control-Allow-Origin field, or is empty.
///
/// @throws std::invalid_argument  naming the option and the rule. A space or a comma would make it a list, which
///                                browsers refuse; a line break would begin another field.
[[nodiscard]] std::string valid_origin(std::string origin);

}  // namespace detail
}  // namespace vitals::inline v1
