#pragma once

#include <string_view>

#include <vitals/endpoint.hpp>

#include "http/route.hpp"

namespace vitals::inline v1 {
namespace detail {

/// 200 or 503 with the body that says so; to HEAD only its length.
[[nodiscard]] Response status_response(const Route& route, Status status, std::string_view body);

/// 404: there is no such check. Nothing of the request is repeated.
[[nodiscard]] Response not_found_response(Method method);

/// 405, with the methods that are answered.
[[nodiscard]] Response method_not_allowed_response();

}  // namespace detail
}  // namespace vitals::inline v1
