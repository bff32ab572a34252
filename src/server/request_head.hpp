#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

/// What the server needs to know of a request's head.
struct RequestHead {
  std::string_view method = {};  ///< A view into the bytes that were parsed, as `target` is.
  std::string_view target = {};
  std::string accept = {};  ///< Several Accept fields are joined by commas.
  bool http_1_1 = true;
  bool wants_close = false;       ///< "close" is among the tokens of Connection.
  bool wants_keep_alive = false;  ///< "keep-alive" is.
};

/// Parses a whole head that HeadScan has let through, from the request line to the empty line.
///
/// @returns Nothing if it is malformed after all.
[[nodiscard]] VITALS_EXPORT std::optional<RequestHead> parse_request_head(std::string_view bytes);

}  // namespace detail
}  // namespace vitals::inline v1
