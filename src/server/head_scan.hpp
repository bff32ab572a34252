#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <vitals/export.hpp>

#include "server/limit.hpp"

namespace vitals::inline v1 {
namespace detail {

/// See HealthServerOptions.
struct HeadLimits {
  std::uint32_t max_head_size = 8192;
  std::uint32_t max_target_size = 4096;
  std::uint32_t max_header_fields = 100;
};

struct HeadVerdict {
  enum class Kind { need_more, complete, refuse };

  Kind kind = Kind::need_more;
  // For a complete head:
  std::size_t begin = 0;  ///< Of the request line; empty lines before it are skipped.
  std::size_t end = 0;
  // For a refusal:
  int status = 0;  ///< Of the answer, after which the connection serves no other request.
  Limit limit = Limit::malformed;

  friend bool operator==(const HeadVerdict& a, const HeadVerdict& b) noexcept = default;
};

/// Scans the raw bytes of one request's head, each byte once, and refuses it at the first byte that makes it ambiguous.
///
/// It runs before the HTTP parser, whose result no longer shows folded lines, bare line feeds, or framing fields that
/// two readers could take differently.
///
///     blank_line ─▶ method ─▶ target ─▶ version ─▶ line_start ─▶ name ─▶ value ─▶ (line feed) ─▶ line_start
///                                                      └─▶ (empty line) ─▶ complete
///     from every state: a byte that doesn't belong there ─▶ refused
///
/// The rules are those of https://www.rfc-editor.org/rfc/rfc9112, in their strictest reading, with one exception:
/// `Host` may be an IPv6 address without brackets. It is small, because each idle connection has one.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class VITALS_EXPORT HeadScan {
 public:
  /// Empty lines that may precede the request line. RFC 9112 2.2 requires at least one to be ignored.
  static constexpr int max_blank_lines = 2;

  explicit HeadScan(const HeadLimits& limits) noexcept : limits_{limits} {}

  /// @param received  All bytes from the beginning of the request, including those that were passed before.
  [[nodiscard]] HeadVerdict resume(std::string_view received) noexcept;

  /// True once the method is known to be HEAD. Then not even a refusal has a body.
  [[nodiscard]] bool is_head() const noexcept { return method_ == Method::head; }
  /// Valid after a complete head.
  [[nodiscard]] bool has_body() const noexcept { return has_content_ || has_transfer_encoding_; }

 private:
  enum class State : std::uint8_t {
    blank_line,
    method,
    target,
    version,
    line_feed,
    line_start,
    name,
    value,
    complete,
    refused
  };
  enum class Method : std::uint8_t { other, head, options, connect };

  // Each reads its part as far as it has arrived. True if the part has ended, the next one in the order of the states
  // follows, and the first byte of that has arrived.
  void read_parts(std::string_view head) noexcept;
  bool read_blank_line(std::string_view head) noexcept;
  bool read_method(std::string_view head) noexcept;
  bool read_target(std::string_view head) noexcept;
  bool read_version(std::string_view head) noexcept;
  bool read_line_feed(std::string_view head) noexcept;
  bool read_line_start(std::string_view head) noexcept;
  bool read_name(std::string_view head) noexcept;
  bool read_value(std::string_view head) noexcept;

  bool end_version(std::string_view head) noexcept;
  // Each returns false if the field makes the head ambiguous.
  [[nodiscard]] bool take_field(std::string_view name, std::string_view value) noexcept;
  [[nodiscard]] bool take_host(std::string_view value) noexcept;
  [[nodiscard]] bool take_content_length(std::string_view value) noexcept;
  [[nodiscard]] bool take_transfer_encoding(std::string_view value) noexcept;

  [[nodiscard]] bool over() const noexcept { return state_ == State::complete || state_ == State::refused; }
  /// Skips bytes of a class. False if the byte after them hasn't arrived.
  template <std::uint8_t byte_class>
  [[nodiscard]] bool skip(std::string_view head) noexcept;
  /// Begins the part after the current byte. True if its first byte has arrived.
  bool begin_part(State next, std::string_view head) noexcept;
  bool end_line(State next, std::string_view head) noexcept;
  bool refuse(int status, Limit limit = Limit::malformed) noexcept;  ///< Always false.
  [[nodiscard]] std::string_view since_begin(std::string_view head) const noexcept;

  HeadLimits limits_;
  std::uint32_t position_ = 0;  ///< The current byte.
  std::uint32_t begin_ = 0;     ///< Of the current part; a name and its value are one part.
  std::uint32_t name_size_ = 0;
  std::uint32_t header_fields_ = 0;
  std::uint16_t status_ = 0;
  Limit limit_ = Limit::malformed;
  State state_ = State::blank_line;
  State after_line_feed_ = State::blank_line;
  Method method_ = Method::other;
  std::uint8_t request_line_ = 0;  ///< Its first byte.
  bool is_http10_ = false;
  bool has_host_ = false;
  bool has_content_length_ = false;
  bool has_content_ = false;
  bool has_transfer_encoding_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
