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

/// Resolves a name, or takes an address as it is.
[[nodiscard]] HostResolver::Answer resolve(const std::string& host, HostResolver& resolver, const RunLimit& limit);

/// Why a socket isn't connected whose connect() is over, as an errno; 0 if it is.
[[nodiscard]] int connect_error(int fd) noexcept;

/// Says so: "connection refused by 192.0.2.1:25".
[[nodiscard]] std::string not_connected(const std::string& peer, int error);

/// Connects to the first address that accepts: the next one is tried 250 ms after the one before it, or as soon as that
/// has failed (RFC 8305, section 5). IPv6 and IPv4 take turns.
[[nodiscard]] Connected connect_to(const std::vector<std::string>& addresses, std::uint16_t port,
                                   const RunLimit& limit);

/// Resolves, and connects.
[[nodiscard]] Connected connect_to(const HostAndPort& target, HostResolver& resolver, const RunLimit& limit);

}  // namespace detail
}  // namespace vitals::inline v1
