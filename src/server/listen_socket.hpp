#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <sys/socket.h>
#include <system_error>

#include <vitals/export.hpp>
#include <vitals/server.hpp>

#include "server/descriptor.hpp"
#include "server/listen_end.hpp"
#include "server/listen_traces.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A listening socket. `descriptor` and `end` belong together: move both or neither.
struct ListenSocket {
  Descriptor descriptor = {};
  int family = AF_UNSPEC;
  std::uint16_t port = 0;  ///< 0 for a UNIX socket.
  ListenEnd end = {};      ///< Destroyed before the descriptor is closed.

  /// Call it before the descriptor is moved out.
  [[nodiscard]] VITALS_EXPORT ListenTraces traces() const noexcept;
};

/// Tests replace these: the calls show whether the machine has IPv6, the file whether it uses SYN cookies.
struct SocketCalls {
  std::function<int(int, int, int)> socket = ::socket;
  std::function<int(int, const sockaddr*, socklen_t)> bind = ::bind;
  std::string syn_cookies = "/proc/sys/net/ipv4/tcp_syncookies";
};

/// True for an IPv4 or IPv6 address.
[[nodiscard]] bool is_numeric_address(const std::string& address) noexcept;

/// The server's name in messages: "127.0.0.1:8080", "[::]:8080", or the address alone if it has no port, such as
/// "unix:/run/app/health.sock".
[[nodiscard]] VITALS_EXPORT std::string server_name(const std::string& address, std::uint16_t port);

/// Listens on a numeric address. "::" includes IPv4; without IPv6 on the machine it means "0.0.0.0".
///
/// The socket is close-on-exec and non-blocking. On failure the descriptor is empty and `error` is set.
[[nodiscard]] ListenSocket open_listen_socket(const std::string& address, std::uint16_t port, std::error_code& error,
                                              const SocketCalls& calls = {});

/// Listens on the address of the options: an IP address, a UNIX socket, or a socket that the process was started with.
/// @param options  Must be valid.
/// @throws std::system_error  naming the address.
[[nodiscard]] VITALS_EXPORT ListenSocket listen_or_throw(const HealthServerOptions& options);

}  // namespace detail
}  // namespace vitals::inline v1
