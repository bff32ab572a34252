#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

struct ProxyHeaderVerdict {
  enum class Kind { need_more, complete, refuse };

  Kind kind = Kind::need_more;
  std::size_t size = 0;  ///< Of a complete header; the request begins after it.

  friend bool operator==(const ProxyHeaderVerdict& a, const ProxyHeaderVerdict& b) noexcept = default;
};

/// Reads the PROXY protocol header at the beginning of a connection, each byte once, and refuses it at the first byte
/// that can't belong to one.
///
///     start ─▶ PROXY ─▶ TCP4, TCP6 ─▶ source ─▶ destination ─▶ ports ─▶ (line feed) ─▶ complete      version 1
///       │        └────▶ UNKNOWN ─▶ rest ───────────────────────────────────▲
///       └────▶ signature ─▶ command ─▶ family ─▶ length ─▶ payload ─▶ complete                       version 2
///
/// The rules are those of https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt, in their strictest reading. The
/// payload of version 2 is skipped, and no address is returned, because the server has no use for them. A connection
/// without a header is refused, as section 2 demands: a receiver that guesses can be deceived.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class VITALS_EXPORT ProxyHeaderScan {
 public:
  static constexpr std::size_t max_line = 107;  ///< Of version 1, including CRLF.
  static constexpr std::size_t max_payload = 2048;
  /// Longer headers are refused.
  static constexpr std::size_t max_size = 16 + max_payload;

  /// @param received  All bytes from the beginning of the connection, including those that were passed before.
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
  std::uint16_t position_ = 0;  ///< The next byte.
  std::uint8_t begin_ = 0;      ///< Of the current address or port.
  std::uint8_t least_ = 0;      ///< The least size of a payload with addresses of this family.
  State state_ = State::start;
  bool is_v6_ = false;
  bool is_local_ = false;  ///< The command is LOCAL: the rest of the header must be ignored.
};

}  // namespace detail
}  // namespace vitals::inline v1
