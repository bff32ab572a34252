#include "server/head_scan.hpp"

#include <algorithm>

#include "http/ascii.hpp"

namespace vitals::inline v1 {
namespace detail {

namespace {

// No <cctype>: its answers depend on the locale, and the wire doesn't.
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_alnum(char c) noexcept { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z'); }
constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
constexpr bool is_visible(char c) noexcept { return c > ' ' && c < '\x7f'; }

/// A character of a method or of a field name.
bool is_token(char c) noexcept {
  return is_alnum(c) || (c != '\0' && std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos);
}

/// Obsolete text, bytes from 0x80 on, is allowed in a value: it is never looked at.
bool is_value_byte(char c) noexcept { return is_blank(c) || is_visible(c) || static_cast<unsigned char>(c) >= 0x80; }

bool is_host_byte(char c) noexcept {
  return is_alnum(c) || (c != '\0' && std::string_view{"-._~%!$&'()*+,;="}.find(c) != std::string_view::npos);
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// `uri-host [ ":" port ]` of RFC 9110 7.2; it may be empty.
bool is_host(std::string_view text) noexcept {
  auto rest = text;
  if (!rest.empty() && rest.front() == '[') {
    const auto close = rest.find(']');
    if (close == std::string_view::npos || close == 1) return false;
    const auto literal = rest.substr(1, close - 1);
    if (!std::all_of(literal.begin(), literal.end(), [](char c) { return c == ':' || is_host_byte(c); })) return false;
    rest.remove_prefix(close + 1);
  } else {
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_host_byte);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.begin()));
  }
  if (rest.empty()) return true;
  return rest.front() == ':' && std::all_of(rest.begin() + 1, rest.end(), is_digit);
}

/// Refuses HTTP/2's preface too, which is "PRI * HTTP/2.0": `*` and the authority of a CONNECT are the two forms that
/// don't name a path.
bool is_target(std::string_view target, bool options, bool connect) noexcept {
  if (connect) return true;
  if (target == "*") return options;
  return target.front() == '/' || target.find("://") != std::string_view::npos;
}

}  // namespace

HeadVerdict HeadScan::resume(std::string_view received) {
  received_ = received.substr(0, max_head_size_);
  for (; position_ < received_.size() && !over(); ++position_) step(received_[position_]);
  if (position_ == max_head_size_ && !over()) refuse(state_ == State::target ? 414 : 431);
  received_ = {};
  if (state_ == State::refused) return {.kind = HeadVerdict::Kind::refuse, .status = status_};
  if (state_ == State::complete) return {.kind = HeadVerdict::Kind::complete, .begin = request_line_, .end = position_};
  return {};
}

void HeadScan::step(char byte) {
  switch (state_) {
    case State::blank_line:
      if (byte == '\r' && blank_lines_ < max_blank_lines) {
        ++blank_lines_;
        return expect_line_feed(State::blank_line);
      }
      request_line_ = begin_ = position_;
      state_ = State::method;
      return on_method(byte);
    case State::method: return on_method(byte);
    case State::target: return on_target(byte);
    case State::version: return on_version(byte);
    case State::line_start: return on_line_start(byte);
    case State::name: return on_name(byte);
    case State::value: return on_value(byte);
    case State::line_feed: return on_line_feed(byte);
    case State::complete: return;
    case State::refused: return;
  }
}

void HeadScan::on_method(char byte) {
  if (is_token(byte)) return;
  if (byte != ' ' || position_ == begin_) return refuse(400);
  end_method();
  begin_ = position_ + 1;
  state_ = State::target;
}

void HeadScan::end_method() {
  const auto method = since_begin();
  is_head_ = method == "HEAD";
  is_options_ = method == "OPTIONS";
  is_connect_ = method == "CONNECT";
}

void HeadScan::on_target(char byte) {
  if (is_visible(byte)) {
    if (position_ - begin_ >= max_target_size) refuse(414);
    return;
  }
  if (byte != ' ' || position_ == begin_) return refuse(400);
  if (!is_target(since_begin(), is_options_, is_connect_)) return refuse(400);
  begin_ = position_ + 1;
  state_ = State::version;
}

void HeadScan::on_version(char byte) {
  constexpr std::string_view pattern = "HTTP/d.d";
  const auto index = position_ - begin_;
  if (index == pattern.size()) return byte == '\r' ? end_version() : refuse(400);
  if (pattern[index] == 'd' ? !is_digit(byte) : byte != pattern[index]) refuse(400);
}

void HeadScan::end_version() {
  const auto version = since_begin();
  is_http10_ = version == "HTTP/1.0";
  if (!is_http10_ && version != "HTTP/1.1") return refuse(505);
  expect_line_feed(State::line_start);
}

void HeadScan::on_line_start(char byte) {
  if (byte == '\r') return expect_line_feed(State::complete);
  begin_ = position_;
  // A blank would fold this line into the one before, a colon would be a field without a name.
  if (!is_token(byte)) return refuse(400);
  state_ = State::name;
}

void HeadScan::on_name(char byte) {
  if (is_token(byte)) return;
  if (byte != ':') return refuse(400);
  name_size_ = position_ - begin_;
  state_ = State::value;
}

void HeadScan::on_value(char byte) {
  if (is_value_byte(byte)) return;
  if (byte != '\r') return refuse(400);
  end_field();
  if (state_ != State::refused) expect_line_feed(State::line_start);
}

void HeadScan::end_field() {
  const auto field = since_begin();
  const auto name = field.substr(0, name_size_);
  const auto value = trimmed(field.substr(name_size_ + 1));
  if (equals_ignoring_case(name, "host")) return take_host(value);
  if (equals_ignoring_case(name, "content-length")) return take_content_length(value);
  if (equals_ignoring_case(name, "transfer-encoding")) return take_transfer_encoding(value);
}

void HeadScan::take_host(std::string_view value) {
  if (has_host_ || !is_host(value)) return refuse(400);
  has_host_ = true;
}

void HeadScan::take_content_length(std::string_view value) {
  // A second one is refused also if it is equal: nothing honest sends it, and it must not depend on which one is read.
  if (has_content_length_ || has_transfer_encoding_) return refuse(400);
  if (value.empty() || !std::all_of(value.begin(), value.end(), is_digit)) return refuse(400);
  has_content_length_ = true;
  has_content_ = std::any_of(value.begin(), value.end(), [](char c) { return c != '0'; });
}

void HeadScan::take_transfer_encoding(std::string_view value) {
  if (has_transfer_encoding_ || has_content_length_ || is_http10_) return refuse(400);
  if (!equals_ignoring_case(value, "chunked")) return refuse(400);
  has_transfer_encoding_ = true;
}

void HeadScan::on_line_feed(char byte) {
  if (byte != '\n') return refuse(400);
  state_ = after_line_feed_;
  if (state_ == State::complete) end_head();
}

void HeadScan::end_head() {
  if (!has_host_ && !is_http10_) refuse(400);
}

void HeadScan::expect_line_feed(State next) noexcept {
  after_line_feed_ = next;
  state_ = State::line_feed;
}

void HeadScan::refuse(int status) noexcept {
  status_ = status;
  state_ = State::refused;
}

std::string_view HeadScan::since_begin() const noexcept { return received_.substr(begin_, position_ - begin_); }

}  // namespace detail
}  // namespace vitals::inline v1
