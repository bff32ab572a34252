#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

/// What the first bytes of a connection amount to so far.
struct ProxyHeaderVerdict {
  enum class Kind { need_more, complete, refuse };

  Kind kind = Kind::need_more;
  std::size_t size = 0;  ///< Of a complete header: the request begins behind it.

  friend bool operator==(const ProxyHeaderVerdict& a, const ProxyHeaderVerdict& b) noexcept = default;
};

/// Reads the header that a proxy puts in front of a connection, each byte once, and refuses at the first byte that
/// can't belong to one.
///
///     start ─▶ PROXY ─▶ TCP4, TCP6 ─▶ source ─▶ destination ─▶ ports ─▶ (line feed) ─▶ complete      version 1
///       │        └────▶ UNKNOWN ─▶ rest ───────────────────────────────────▲
///       └────▶ signature ─▶ command ─▶ family ─▶ length ─▶ payload ─▶ complete                       version 2
///
/// The rules are those of https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt, in their strictest reading. What
/// version 2 carries is skipped unread, and no address is returned: they decide nothing here. A connection without a
/// header is refused, as section 2 demands: who guesses can be deceived.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class VITALS_EXPORT ProxyHeaderScan {
 public:
  static constexpr std::size_t max_line = 107;  ///< Of version 1, with its CRLF.
  static constexpr std::size_t max_payload = 2048;
  /// No longer header is complete: a buffer of this size holds every one.
  static constexpr std::size_t max_size = 16 + max_payload;

  /// @param received  Everything from the first byte of the connection on, so what was passed before and more.
  [[nodiscard]] ProxyHeaderVerdict resume(std::string_view received) noexcept;

 private:
  enum class State : std::uint8_t {
    start,
    // Version 1
    proxy,
    protocol,
    tcp,
    source,
    destination,
    source_port,
    destination_port,
    unknown,
    rest,
    line_feed,
    // Version 2
    signature,
    command,
    family,
    length_high,
    length_low,
    payload,

    complete,
    refused
  };

  // Each takes the byte at `position_` and returns the state after it.
  [[nodiscard]] State take_byte(std::string_view head) noexcept;
  [[nodiscard]] State take_start(char byte) const noexcept;
  [[nodiscard]] State take_tcp(char byte) noexcept;
  [[nodiscard]] State take_address(std::string_view head, State next) noexcept;
  [[nodiscard]] State take_port(char byte, char end, State next) noexcept;
  [[nodiscard]] State take_rest(char byte) const noexcept;
  [[nodiscard]] State take_command(unsigned char byte) noexcept;
  [[nodiscard]] State take_family(unsigned char byte) noexcept;
  [[nodiscard]] State take_length_high(unsigned char byte) noexcept;
  [[nodiscard]] State take_length_low(unsigned char byte) noexcept;

  std::uint32_t number_ = 0;    ///< The port, or the length of the payload.
  std::uint16_t position_ = 0;  ///< The byte that is read next.
  std::uint8_t begin_ = 0;      ///< Of the address or port that is being read.
  std::uint8_t least_ = 0;      ///< What the payload must have for its addresses.
  State state_ = State::start;
  bool is_v6_ = false;
  bool is_local_ = false;  ///< The proxy speaks for itself: nothing that follows means anything.
};

}  // namespace detail
}  // namespace vitals::inline v1
