#include "server/head_scan.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>

#include "http/ascii.hpp"

namespace vitals::inline v1 {
namespace detail {

namespace {

// Classes of bytes. Not those of <cctype>, which depend on the locale.
constexpr std::uint8_t token = 1;     ///< In a method or a field name.
constexpr std::uint8_t visible = 2;   ///< In a target.
constexpr std::uint8_t in_value = 4;  ///< Also obsolete text (0x80 and above), which the server never interprets.
constexpr std::uint8_t in_host = 8;   ///< In a host name or an address.
constexpr std::uint8_t digit = 16;

constexpr std::uint8_t classes_of(unsigned char byte) noexcept {
  const auto c = static_cast<char>(byte);
  const bool is_digit = c >= '0' && c <= '9';
  const bool is_alnum = is_digit || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
  const bool is_visible = byte > ' ' && byte < 0x7f;
  const auto is_among = [&](std::string_view set) { return is_alnum || set.find(c) != std::string_view::npos; };
  int classes = 0;
  if (is_among("!#$%&'*+-.^_`|~")) classes |= token;
  if (is_visible) classes |= visible;
  if (is_visible || byte >= 0x80 || c == ' ' || c == '\t') classes |= in_value;
  if (is_among("-._~%!$&'()*+,;=")) classes |= in_host;
  if (is_digit) classes |= digit;
  return static_cast<std::uint8_t>(classes);
}

constexpr auto classes = [] {
  std::array<std::uint8_t, 256> table = {};
  for (unsigned byte = 0; byte < table.size(); ++byte) table[byte] = classes_of(static_cast<unsigned char>(byte));
  return table;
}();

bool is_a(char c, std::uint8_t byte_class) noexcept {
  return (classes[static_cast<unsigned char>(c)] & byte_class) != 0;
}

/// The first position from `from` on whose byte isn't in the class, or the end.
template <std::uint8_t byte_class>
std::size_t end_of_run(std::string_view bytes, std::size_t from = 0) noexcept {
  for (; from + 4 <= bytes.size(); from += 4) {
    if (!is_a(bytes[from], byte_class)) return from;
    if (!is_a(bytes[from + 1], byte_class)) return from + 1;
    if (!is_a(bytes[from + 2], byte_class)) return from + 2;
    if (!is_a(bytes[from + 3], byte_class)) return from + 3;
  }
  while (from < bytes.size() && is_a(bytes[from], byte_class)) ++from;
  return from;
}

template <std::uint8_t byte_class>
bool is_all(std::string_view text) noexcept {
  return end_of_run<byte_class>(text) == text.size();
}

/// `name` must consist of token bytes: among those, `| 0x20` maps only the letter itself, in either case, to a letter.
template <std::size_t size>
bool is_named(std::string_view name, const char (&lower_case)[size]) noexcept {
  unsigned difference = 0;
  for (std::size_t i = 0; i + 1 < size; ++i) difference |= static_cast<unsigned>((name[i] | 0x20) ^ lower_case[i]);
  return difference == 0;
}

/// An IPv6 address without the brackets that RFC 9112 3.2 requires. Varnish and check_http send it. Its last group
/// might be meant as a port, but the server uses neither.
[[gnu::noinline]] bool is_bare_ipv6(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> terminated = {};
  if (text.size() >= terminated.size()) return false;
  text.copy(terminated.data(), text.size());
  in6_addr address;
  return ::inet_pton(AF_INET6, terminated.data(), &address) == 1;
}

/// `uri-host [ ":" port ]` of RFC 9110 7.2; it may be empty.
bool is_host(std::string_view text) noexcept {
  auto rest = text;
  if (!rest.empty() && rest.front() == '[') {
    const auto close = rest.find(']');
    if (close == std::string_view::npos || close == 1) return false;
    const auto literal = rest.substr(1, close - 1);
    if (!std::all_of(literal.begin(), literal.end(), [](char c) { return c == ':' || is_a(c, in_host); })) return false;
    rest.remove_prefix(close + 1);
  } else {
    rest.remove_prefix(end_of_run<in_host>(rest));
  }
  return rest.empty() || (rest.front() == ':' && is_all<digit>(rest.substr(1))) || is_bare_ipv6(text);
}

}  // namespace

[[gnu::flatten]] HeadVerdict HeadScan::resume(std::string_view received) noexcept {
  const auto head = received.substr(0, limits_.max_head_size);
  while (position_ < head.size() && !over()) read_parts(head);
  if (state_ == State::complete) return {.kind = HeadVerdict::Kind::complete, .begin = request_line_, .end = position_};
  if (state_ != State::refused) {
    if (position_ < limits_.max_head_size) return {};
    state_ == State::target ? refuse(414, Limit::target_size) : refuse(431, Limit::head_size);
  }
  return {.kind = HeadVerdict::Kind::refuse, .status = status_, .limit = limit_};
}

// The functions are called only here, so that all are inlined into resume(): that saves a fifth of the instructions.
void HeadScan::read_parts(std::string_view head) noexcept {
  switch (state_) {
    case State::blank_line:
      if (!read_blank_line(head)) return;
      [[fallthrough]];
    case State::method:
      if (!read_method(head)) return;
      [[fallthrough]];
    case State::target:
      if (!read_target(head)) return;
      [[fallthrough]];
    case State::version:
      if (!read_version(head)) return;
      [[fallthrough]];
    case State::line_feed:
      if (!read_line_feed(head)) return;
      [[fallthrough]];
    case State::line_start:
      if (!read_line_start(head)) return;
      [[fallthrough]];
    case State::name:
      if (!read_name(head)) return;
      [[fallthrough]];
    case State::value: read_value(head); return;
    case State::complete: return;
    case State::refused: return;
  }
}

bool HeadScan::read_blank_line(std::string_view head) noexcept {
  if (head[position_] == '\r' && position_ < 2 * max_blank_lines) {
    end_line(State::blank_line, head);
    return false;
  }
  request_line_ = static_cast<std::uint8_t>(position_);
  state_ = State::method;
  return true;
}

bool HeadScan::read_method(std::string_view head) noexcept {
  if (!skip<token>(head)) return false;
  if (head[position_] != ' ' || position_ == begin_) return refuse(400);
  const auto method = since_begin(head);
  if (method == "HEAD") method_ = Method::head;
  if (method == "OPTIONS") method_ = Method::options;
  if (method == "CONNECT") method_ = Method::connect;
  return begin_part(State::target, head);
}

/// Two forms have no path: `*` with OPTIONS, and the authority with CONNECT. So HTTP/2's preface, "PRI * HTTP/2.0", is
/// refused for its target.
bool HeadScan::read_target(std::string_view head) noexcept {
  const auto most = head.substr(0, std::size_t{begin_} + limits_.max_target_size);
  if (!skip<visible>(most) && position_ == head.size()) return false;
  if (is_a(head[position_], visible)) return refuse(414, Limit::target_size);
  if (head[position_] != ' ' || position_ == begin_) return refuse(400);
  const auto target = since_begin(head);
  const bool names_a_path = target.front() == '/' || target.find("://") != std::string_view::npos;
  if (!names_a_path && method_ != (target == "*" ? Method::options : Method::connect)) return refuse(400);
  return begin_part(State::version, head);
}

bool HeadScan::read_version(std::string_view head) noexcept {
  if (head.substr(begin_).starts_with("HTTP/1.1\r")) {
    position_ = begin_ + 8;
    return end_line(State::line_start, head);
  }
  constexpr std::string_view pattern = "HTTP/d.d\r";
  for (; position_ < head.size(); ++position_) {
    const auto expected = pattern[position_ - begin_];
    if (expected == 'd' ? !is_a(head[position_], digit) : head[position_] != expected) return refuse(400);
    if (expected == '\r') return end_version(head);
  }
  return false;
}

bool HeadScan::end_version(std::string_view head) noexcept {
  const auto version = since_begin(head);
  is_http10_ = version == "HTTP/1.0";
  if (!is_http10_ && version != "HTTP/1.1") return refuse(505);
  return end_line(State::line_start, head);
}

bool HeadScan::read_line_feed(std::string_view head) noexcept {
  if (head[position_] != '\n') return refuse(400);
  const bool has_more = begin_part(after_line_feed_, head);
  if (state_ == State::complete && !has_host_ && !is_http10_) return refuse(400);
  return has_more && state_ == State::line_start;
}

bool HeadScan::read_line_start(std::string_view head) noexcept {
  if (head[position_] == '\r') {
    end_line(State::complete, head);
    return false;
  }
  // A space or tab would fold this line into the one before; a colon would be a field without a name.
  if (!is_a(head[position_], token)) return refuse(400);
  if (header_fields_ == limits_.max_header_fields) return refuse(431, Limit::header_fields);
  ++header_fields_;
  state_ = State::name;
  return true;
}

bool HeadScan::read_name(std::string_view head) noexcept {
  if (!skip<token>(head)) return false;
  if (head[position_] != ':') return refuse(400);
  name_size_ = position_ - begin_;
  ++position_;
  state_ = State::value;
  return position_ < head.size();
}

bool HeadScan::read_value(std::string_view head) noexcept {
  if (!skip<in_value>(head)) return false;
  if (head[position_] != '\r') return refuse(400);
  const auto field = since_begin(head);
  if (!take_field(field.substr(0, name_size_), field.substr(name_size_ + 1))) return refuse(400);
  return end_line(State::line_start, head);
}

bool HeadScan::take_field(std::string_view name, std::string_view value) noexcept {
  switch (name.size()) {
    case 4: return !is_named(name, "host") || take_host(trimmed(value));
    case 14: return !is_named(name, "content-length") || take_content_length(trimmed(value));
    case 17: return !is_named(name, "transfer-encoding") || take_transfer_encoding(trimmed(value));
  }
  return true;
}

bool HeadScan::take_host(std::string_view value) noexcept {
  if (has_host_ || !is_host(value)) return false;
  return has_host_ = true;
}

bool HeadScan::take_content_length(std::string_view value) noexcept {
  // A second one is refused even if it is equal: no well-behaved client sends it.
  if (has_content_length_ || has_transfer_encoding_) return false;
  if (value.empty() || !is_all<digit>(value)) return false;
  has_content_ = value.find_first_not_of('0') != std::string_view::npos;
  return has_content_length_ = true;
}

bool HeadScan::take_transfer_encoding(std::string_view value) noexcept {
  if (has_transfer_encoding_ || has_content_length_ || is_http10_) return false;
  return has_transfer_encoding_ = equals_ignoring_case(value, "chunked");
}

template <std::uint8_t byte_class>
bool HeadScan::skip(std::string_view head) noexcept {
  position_ = static_cast<std::uint32_t>(end_of_run<byte_class>(head, position_));
  return position_ < head.size();
}

bool HeadScan::begin_part(State next, std::string_view head) noexcept {
  begin_ = ++position_;
  state_ = next;
  return position_ < head.size();
}

bool HeadScan::end_line(State next, std::string_view head) noexcept {
  after_line_feed_ = next;
  return begin_part(State::line_feed, head);
}

bool HeadScan::refuse(int status, Limit limit) noexcept {
  status_ = static_cast<std::uint16_t>(status);
  limit_ = limit;
  state_ = State::refused;
  return false;
}

std::string_view HeadScan::since_begin(std::string_view head) const noexcept {
  return head.substr(begin_, position_ - begin_);
}

}  // namespace detail
}  // namespace vitals::inline v1
