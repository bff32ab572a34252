#pragma once

#include <optional>
#include <string_view>

#include <vitals/testing/fetch.hpp>

namespace vitals::inline v1 {
namespace detail {

/// What has come of an answer to a request of ours.
struct ReceivedBytes {
  std::string_view bytes = {};
  bool ended = false;         ///< No more will come.
  bool without_body = false;  ///< The request was a HEAD.
};

/// The answer, once it is there as a whole; none while more must come. Interim answers (1xx) are skipped, and chunks
/// are left as they came.
///
/// @throws std::system_error  with std::errc::bad_message, if it is no answer of HTTP/1 or ends too early.
[[nodiscard]] std::optional<test::FetchResult> parse_answer(ReceivedBytes received);

}  // namespace detail
}  // namespace vitals::inline v1
