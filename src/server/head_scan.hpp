#pragma once

#include <cstddef>
#include <string_view>

#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

/// What the raw bytes of a request's head amount to so far.
struct HeadVerdict {
  enum class Kind { need_more, complete, refuse };

  Kind kind = Kind::need_more;
  /// Of a complete head: where the request line begins (empty lines before it are skipped), and where the head ends.
  std::size_t begin = 0;
  std::size_t end = 0;
  /// Of a refusal: the HTTP status, which is never followed by another request on the connection.
  int status = 0;

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
/// The rules are those of https://www.rfc-editor.org/rfc/rfc9112, in their strictest reading.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class VITALS_EXPORT HeadScan {
 public:
  /// Longest target that isn't refused with 414.
  static constexpr std::size_t max_target_size = 4096;
  /// Empty lines that may precede the request line: RFC 9112 2.2 asks for at least one.
  static constexpr int max_blank_lines = 2;

  explicit HeadScan(std::size_t max_head_size) noexcept : max_head_size_{max_head_size} {}

  /// @param received  Everything from the first byte of the request on, so what was passed before and more.
  [[nodiscard]] HeadVerdict resume(std::string_view received);

  /// True once the method is known to be HEAD, whose answer carries no body, refused or not.
  [[nodiscard]] bool is_head() const noexcept { return is_head_; }
  /// After a complete head: whether bytes of a body follow.
  [[nodiscard]] bool has_body() const noexcept { return has_content_ || has_transfer_encoding_; }

 private:
  enum class State { blank_line, method, target, version, line_start, name, value, line_feed, complete, refused };

  void step(char byte);
  void on_method(char byte);
  void on_target(char byte);
  void on_version(char byte);
  void on_line_start(char byte);
  void on_name(char byte);
  void on_value(char byte);
  void on_line_feed(char byte);

  void end_method();
  void end_version();
  void end_field();
  void end_head();
  void take_host(std::string_view value);
  void take_content_length(std::string_view value);
  void take_transfer_encoding(std::string_view value);

  [[nodiscard]] bool over() const noexcept { return state_ == State::complete || state_ == State::refused; }
  void expect_line_feed(State next) noexcept;
  void refuse(int status) noexcept;
  [[nodiscard]] std::string_view since_begin() const noexcept;

  std::size_t max_head_size_;
  std::string_view received_ = {};  ///< Only valid during resume().
  std::size_t position_ = 0;        ///< The byte that is looked at.
  std::size_t request_line_ = 0;    ///< Where it begins.
  std::size_t begin_ = 0;           ///< Of the part that is being read.
  std::size_t name_size_ = 0;
  State state_ = State::blank_line;
  State after_line_feed_ = State::blank_line;
  int status_ = 0;
  int blank_lines_ = 0;
  bool is_head_ = false;
  bool is_options_ = false;
  bool is_connect_ = false;
  bool is_http10_ = false;
  bool has_host_ = false;
  bool has_content_length_ = false;
  bool has_content_ = false;
  bool has_transfer_encoding_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
