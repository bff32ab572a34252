#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checks/host_resolver.hpp"
#include "checks/run_limit.hpp"
#include "checks/stream_socket.hpp"

namespace vitals::inline v1 {
namespace detail {

struct HostAndPort {
  std::string host = {};  ///< A name, or a numeric address without brackets.
  std::uint16_t port = 0;

  /// As it is written: "[::1]:80".
  [[nodiscard]] std::string text() const;
};

/// @throws std::invalid_argument  naming `check`, and the part of the target that is wrong.
[[nodiscard]] HostAndPort parse_target(const std::string& check, const std::string& target);

/// IPv6 and IPv4 in turns, beginning with the kind of the first: one kind may be unreachable (RFC 8305, section 4).
[[nodiscard]] std::vector<std::string> interleaved(const std::vector<std::string>& addresses);

/// Connects to the first address that accepts: the next one is tried 250 ms after the one before it, or as soon as that
/// has failed (RFC 8305, section 5). IPv6 and IPv4 take turns.
[[nodiscard]] Connected connect_to(const std::vector<std::string>& addresses, std::uint16_t port,
                                   const RunLimit& limit);

/// Resolves, and connects.
[[nodiscard]] Connected connect_to(const HostAndPort& target, HostResolver& resolver, const RunLimit& limit);

}  // namespace detail
}  // namespace vitals::inline v1
