#pragma once

#include <string>

namespace vitals::inline v1 {
namespace detail {

/// EndpointOptions::allow_origin, if it can be the value of an Access-Control-Allow-Origin field; empty stays empty.
///
/// @throws std::invalid_argument  naming the option and the rule. Browsers refuse a list, which a blank or a comma
///                                would make of it; a line break would begin another field.
[[nodiscard]] std::string valid_origin(std::string origin);

}  // namespace detail
}  // namespace vitals::inline v1
