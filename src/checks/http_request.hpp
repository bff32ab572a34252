#pragma once

#include <cstdint>
#include <string>

#include <vitals/checks/http.hpp>

#include "checks/url.hpp"

namespace vitals::inline v1 {
namespace detail {

/// @param check  "Http".
/// @throws std::invalid_argument  naming the check and the option that is wrong.
void require_valid(const std::string& check, const checks::HttpOptions& options);

/// @param default_port  Not named in the Host header.
/// @param with_headers  Whether the server may get the headers of the options.
[[nodiscard]] std::string http_request(const Url& url, std::uint16_t default_port, const checks::HttpOptions& options,
                                       bool with_headers);

}  // namespace detail
}  // namespace vitals::inline v1
