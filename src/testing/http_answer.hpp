#pragma once

#include <optional>
#include <string_view>

#include <vitals/testing/fetch.hpp>

namespace vitals::inline v1 {
namespace detail {

/// The part of an answer that has arrived.
struct ReceivedBytes {
  std::string_view bytes = {};
  bool ended = false;         ///< No more bytes will come.
  bool without_body = false;  ///< The request was a HEAD.
};

/// Nothing while the answer is incomplete. Interim answers (1xx) are skipped. A chunked body isn't decoded.
///
/// @throws std::system_error  with std::errc::bad_message, if it isn't an HTTP/1 answer or ends too early.
[[nodiscard]] std::optional<test::FetchResult> parse_answer(ReceivedBytes received);

}  // namespace detail
}  // namespace vitals::inline v1
