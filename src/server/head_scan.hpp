#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <vitals/export.hpp>

#include "server/limit.hpp"

namespace vitals::inline v1 {
namespace detail {

/// How much of a head is read before it is refused. See HealthServerOptions.
struct HeadLimits {
  std::uint32_t max_head_size = 8192;
  std::uint32_t max_target_size = 4096;
  std::uint32_t max_header_fields = 100;
};

/// What the raw bytes of a request's head amount to so far.
struct HeadVerdict {
  enum class Kind { need_more, complete, refuse };

  Kind kind = Kind::need_more;
  /// Of a complete head: where the request line begins (empty lines before it are skipped), and where the head ends.
  std::size_t begin = 0;
  std::size_t end = 0;
  /// Of a refusal: the HTTP status, which is never followed by another request on the connection, and what was met.
  int status = 0;
  Limit limit = Limit::malformed;

  friend bool operator==(const HeadVerdict& a, const HeadVerdict& b) noexcept = default;
};

/// Looks at the raw bytes of one request's head, each byte once, and refuses at the first byte that makes it ambiguous.
///
/// It stands in front of an HTTP parser, because a parser's result no longer shows what an attacker did: folded lines,
/// bare line feeds, framing fields that two readers would take differently. What it lets through, the parser parses.
///
///     blank_line ─▶ method ─▶ target ─▶ version ─▶ line_start ─▶ name ─▶ value ─▶ (line feed) ─▶ line_start
///                                                      └─▶ (empty line) ─▶ complete
///     from every state: a byte that doesn't belong there ─▶ refused
///
/// The rules are those of https://www.rfc-editor.org/rfc/rfc9112, in their strictest reading, with one exception:
/// `Host` may be an IPv6 address without brackets. Each idle connection has a HeadScan, so it is kept small.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class VITALS_EXPORT HeadScan {
 public:
  /// Empty lines that may precede the request line: RFC 9112 2.2 asks for at least one.
  static constexpr int max_blank_lines = 2;

  explicit HeadScan(const HeadLimits& limits) noexcept : limits_{limits} {}

  /// @param received  Everything from the first byte of the request on, so what was passed before and more.
  [[nodiscard]] HeadVerdict resume(std::string_view received) noexcept;

  /// True once the method is known to be HEAD, whose answer carries no body, refused or not.
  [[nodiscard]] bool is_head() const noexcept { return method_ == Method::head; }
  /// After a complete head: whether bytes of a body follow.
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

  // Each reads as much of its part as there is, and the byte that ends it; true if the next part in the order of their
  // states follows and its first byte is there.
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
  // False if the field makes the head ambiguous.
  [[nodiscard]] bool take_field(std::string_view name, std::string_view value) noexcept;
  [[nodiscard]] bool take_host(std::string_view value) noexcept;
  [[nodiscard]] bool take_content_length(std::string_view value) noexcept;
  [[nodiscard]] bool take_transfer_encoding(std::string_view value) noexcept;

  [[nodiscard]] bool over() const noexcept { return state_ == State::complete || state_ == State::refused; }
  /// Goes over bytes of a class; false if the byte after them is still to come.
  template <std::uint8_t byte_class>
  [[nodiscard]] bool skip(std::string_view head) noexcept;
  /// After the byte that is looked at the next part begins; true if its first byte is there.
  bool begin_part(State next, std::string_view head) noexcept;
  bool end_line(State next, std::string_view head) noexcept;
  bool refuse(int status, Limit limit = Limit::malformed) noexcept;  ///< False.
  [[nodiscard]] std::string_view since_begin(std::string_view head) const noexcept;

  HeadLimits limits_;
  std::uint32_t position_ = 0;  ///< The byte that is looked at.
  std::uint32_t begin_ = 0;     ///< Of the part that is being read; a name and its value are one.
  std::uint32_t name_size_ = 0;
  std::uint32_t header_fields_ = 0;
  std::uint16_t status_ = 0;
  Limit limit_ = Limit::malformed;
  State state_ = State::blank_line;
  State after_line_feed_ = State::blank_line;
  Method method_ = Method::other;
  std::uint8_t request_line_ = 0;  ///< Where it begins.
  bool is_http10_ = false;
  bool has_host_ = false;
  bool has_content_length_ = false;
  bool has_content_ = false;
  bool has_transfer_encoding_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
