#pragma once

#include <string>
#include <string_view>

#include <vitals/endpoint.hpp>

namespace vitals::inline v1::test {

/// The answer to a GET; throws std::bad_optional_access if the target isn't one of the endpoint's paths.
inline HttpResponse get(const Endpoint& endpoint, std::string_view target, std::string_view accept = {}) {
  return endpoint.handle({.method = "GET", .target = target, .accept = accept}).value();
}

/// The value of a header; "none" if it is missing, "several" if it occurs more than once.
inline std::string header(const HttpResponse& response, std::string_view name) {
  std::string value = "none";
  for (const auto& header : response.headers)
    if (header.name == name) value = value == "none" ? header.value : "several";
  return value;
}

}  // namespace vitals::inline v1::test
