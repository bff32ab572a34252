#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <vitals/endpoint.hpp>
#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

/// What an answer says about the connection that it goes over.
enum class Persistence {
  close,            ///< "Connection: close"
  keep_alive,       ///< Nothing: in HTTP/1.1 it is understood.
  told_keep_alive,  ///< "Connection: keep-alive", which a client of HTTP/1.0 waits for.
};

/// The reason phrase of the statuses that this server sends; see https://www.rfc-editor.org/rfc/rfc9110#section-15.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

/// An answer that no Endpoint gives: its body is the reason phrase, and nothing of the request is repeated.
[[nodiscard]] VITALS_EXPORT Response plain_reply(int status, bool to_head);

/// An IMF-fixdate, as in "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string http_date(std::chrono::system_clock::time_point time);

/// The whole answer as it goes over the wire: always HTTP/1.1, framed by Content-Length.
[[nodiscard]] VITALS_EXPORT std::string to_bytes(const Response& response, Persistence persistence,
                                                 std::chrono::system_clock::time_point now);

}  // namespace detail
}  // namespace vitals::inline v1
