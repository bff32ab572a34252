#pragma once

#include <cstdint>
#include <string>

#include <vitals/checks/http.hpp>

#include "checks/url.hpp"

namespace vitals::inline v1 {
namespace detail {

inline constexpr std::uint16_t http_port = 80;

/// @throws std::invalid_argument  naming the option that is wrong.
void require_valid(const checks::HttpOptions& options);

/// @param with_headers  Whether the server may get the headers of the options.
[[nodiscard]] std::string http_request(const Url& url, const checks::HttpOptions& options, bool with_headers);

}  // namespace detail
}  // namespace vitals::inline v1
