#include "server/proxy_header.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <sys/socket.h>

namespace vitals::inline v1 {
namespace detail {

namespace {

constexpr std::string_view signature_bytes{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::string_view proxy_word = "PROXY ";
constexpr std::string_view tcp_word = "PROXY TCP4 ";
constexpr std::string_view unknown_word = "PROXY UNKNOWN";
constexpr std::uint32_t fixed_size = 16;  ///< Of version 2, without the payload.
constexpr std::uint32_t max_port = 65535;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr bool is_in_v6(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

/// inet_pton() is as strict as the specification: it refuses leading zeros.
bool is_address(std::string_view text, bool is_v6) noexcept {
  std::array<char, INET6_ADDRSTRLEN> copy = {};
  if (text.size() >= copy.size()) return false;
  std::copy(text.begin(), text.end(), copy.begin());
  in6_addr address;
  return ::inet_pton(is_v6 ? AF_INET6 : AF_INET, copy.data(), &address) == 1;
}

}  // namespace

ProxyHeaderVerdict ProxyHeaderScan::resume(std::string_view received) noexcept {
  const auto head = received.substr(0, max_line);
  for (; state_ < State::payload && position_ < head.size(); ++position_) state_ = take_byte(head);
  if (state_ < State::payload && position_ == max_line) state_ = State::refused;
  if (state_ == State::payload && received.size() >= fixed_size + number_) {
    position_ = static_cast<std::uint16_t>(fixed_size + number_);
    state_ = State::complete;
  }
  if (state_ == State::complete) return {.kind = ProxyHeaderVerdict::Kind::complete, .size = position_};
  if (state_ == State::refused) return {.kind = ProxyHeaderVerdict::Kind::refuse};
  return {};
}

auto ProxyHeaderScan::take_byte(std::string_view head) noexcept -> State {
  const char byte = head[position_];
  const auto value = static_cast<unsigned char>(byte);
  const auto expect = [&](std::string_view word, State next) {
    if (byte != word[position_]) return State::refused;
    return position_ + 1U == word.size() ? next : state_;
  };
  switch (state_) {
    case State::start: return take_start(byte);
    case State::proxy: return expect(proxy_word, State::protocol);
    case State::protocol: return byte == 'T' ? State::tcp : byte == 'U' ? State::unknown : State::refused;
    case State::tcp: return take_tcp(byte);
    case State::source: return take_address(head, State::destination);
    case State::destination: return take_address(head, State::source_port);
    case State::source_port: return take_port(byte, ' ', State::destination_port);
    case State::destination_port: return take_port(byte, '\r', State::line_feed);
    case State::unknown: return expect(unknown_word, State::rest);
    case State::rest: return take_rest(byte);
    case State::line_feed: return byte == '\n' ? State::complete : State::refused;
    case State::signature: return expect(signature_bytes, State::command);
    case State::command: return take_command(value);
    case State::family: return take_family(value);
    case State::length_high: return take_length_high(value);
    case State::length_low: return take_length_low(value);
    case State::payload:
    case State::complete:
    case State::refused: break;
  }
  return state_;
}

auto ProxyHeaderScan::take_start(char byte) const noexcept -> State {
  if (byte == proxy_word.front()) return State::proxy;
  return byte == signature_bytes.front() ? State::signature : State::refused;
}

auto ProxyHeaderScan::take_tcp(char byte) noexcept -> State {
  constexpr auto digit = tcp_word.size() - 2;
  if (position_ == digit) {
    is_v6_ = byte == '6';
    return byte == '4' || byte == '6' ? state_ : State::refused;
  }
  if (byte != tcp_word[position_]) return State::refused;
  if (position_ + 1U < tcp_word.size()) return state_;
  begin_ = tcp_word.size();
  return State::source;
}

auto ProxyHeaderScan::take_address(std::string_view head, State next) noexcept -> State {
  const char byte = head[position_];
  const auto text = head.substr(begin_, position_ - begin_);
  const std::size_t longest = (is_v6_ ? INET6_ADDRSTRLEN : INET_ADDRSTRLEN) - 1;
  if (byte != ' ') {
    const bool may_be = is_v6_ ? is_in_v6(byte) : is_digit(byte) || byte == '.';
    return may_be && text.size() < longest ? state_ : State::refused;
  }
  begin_ = static_cast<std::uint8_t>(position_ + 1);
  return is_address(text, is_v6_) ? next : State::refused;
}

auto ProxyHeaderScan::take_port(char byte, char end, State next) noexcept -> State {
  const bool has_digits = position_ > begin_;
  if (byte == end && has_digits) {
    begin_ = static_cast<std::uint8_t>(position_ + 1);
    number_ = 0;
    return next;
  }
  if (!is_digit(byte) || (has_digits && number_ == 0)) return State::refused;
  number_ = 10 * number_ + static_cast<std::uint32_t>(byte - '0');
  return number_ <= max_port ? state_ : State::refused;
}

// The rest must be ignored, but a bare line feed is refused: another reader could take it for the end of the header.
auto ProxyHeaderScan::take_rest(char byte) const noexcept -> State {
  if (byte == '\r') return State::line_feed;
  return byte == '\n' ? State::refused : state_;
}

auto ProxyHeaderScan::take_command(unsigned char byte) noexcept -> State {
  is_local_ = byte == 0x20;
  return is_local_ || byte == 0x21 ? State::family : State::refused;
}

auto ProxyHeaderScan::take_family(unsigned char byte) noexcept -> State {
  if (is_local_) return State::length_high;
  constexpr std::array<std::uint8_t, 4> sizes = {0, 12, 36, 216};  // unspecified, IPv4, IPv6, UNIX
  const auto family = static_cast<std::size_t>(byte >> 4);
  const auto transport = byte & 0x0f;  // unspecified, stream, datagram
  if (family >= sizes.size() || transport > 2) return State::refused;
  // With an unspecified transport, the specification requires receivers to ignore the addresses.
  least_ = transport == 0 ? std::uint8_t{0} : sizes[family];
  return State::length_high;
}

auto ProxyHeaderScan::take_length_high(unsigned char byte) noexcept -> State {
  number_ = static_cast<std::uint32_t>(byte) << 8;
  return number_ <= max_payload ? State::length_low : State::refused;
}

auto ProxyHeaderScan::take_length_low(unsigned char byte) noexcept -> State {
  number_ |= byte;
  return number_ >= least_ && number_ <= max_payload ? State::payload : State::refused;
}

}  // namespace detail
}  // namespace vitals::inline v1
