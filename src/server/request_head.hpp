#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

/// What the server needs from a request's head. Its views are into the parsed bytes.
struct RequestHead {
  std::string_view method = {};
  std::string_view target = {};
  std::string_view first_accept = {};
  std::string joined_accepts = {};  ///< Empty unless there are several Accept fields: the usual head allocates nothing.
  bool http_1_1 = true;
  bool wants_close = false;             ///< Connection has "close".
  bool wants_keep_alive = false;        ///< Connection has "keep-alive".
  bool has_credentials = false;         ///< There is an Authorization field.
  bool hides_client = false;            ///< A field says that the peer's address isn't that of the client.
  std::string_view authorization = {};  ///< Empty if there are several such fields.

  /// The value of Accept. Several fields are joined by commas; then it is a view into this object.
  [[nodiscard]] std::string_view accept() const noexcept {
    return joined_accepts.empty() ? first_accept : std::string_view{joined_accepts};
  }
};

/// Parses a head that HeadScan has accepted, from the request line to the empty line.
///
/// @returns Nothing if it is malformed nevertheless.
[[nodiscard]] VITALS_EXPORT std::optional<RequestHead> parse_request_head(std::string_view bytes);

}  // namespace detail
}  // namespace vitals::inline v1
