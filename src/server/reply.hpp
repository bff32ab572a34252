#pragma once

#include <chrono>
#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>

#include <vitals/export.hpp>

#include "http/answer.hpp"

namespace vitals::inline v1 {
namespace detail {

/// An answer's Connection field.
enum class Persistence : unsigned char {
  close,                ///< "Connection: close"
  keep_alive,           ///< No field: the default of HTTP/1.1.
  explicit_keep_alive,  ///< "Connection: keep-alive", which clients of HTTP/1.0 need.
};

/// Now, as the Date field counts it.
[[nodiscard]] inline std::chrono::sys_seconds this_second() noexcept {
  return std::chrono::sys_seconds{std::chrono::seconds{std::time(nullptr)}};
}

/// For the statuses that this server sends. See https://www.rfc-editor.org/rfc/rfc9110#section-15.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

/// An answer of the server itself. Its body is the reason phrase, and never repeats anything of the request.
[[nodiscard]] VITALS_EXPORT Answer plain_answer(int status, bool to_head) noexcept;

/// An IMF-fixdate, as in "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string http_date(std::chrono::sys_seconds time);

/// Writes answers as HTTP/1.1 messages, framed by Content-Length.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class VITALS_EXPORT ReplyWriter {
 public:
  /// In bytes; larger bodies aren't copied.
  static constexpr std::size_t max_copied = 16384;

  struct Reply {
    std::string_view bytes;         ///< Valid until the next call.
    std::string_view rest_of_body;  ///< That of a large one, which isn't copied: valid as long as the answer's owner.
  };
  [[nodiscard]] Reply write(const Answer& answer, Persistence persistence, std::chrono::sys_seconds now);

 private:
  std::string reply_;
  std::string date_;
  std::chrono::sys_seconds date_is_of_ = std::chrono::sys_seconds::min();
};

}  // namespace detail
}  // namespace vitals::inline v1
