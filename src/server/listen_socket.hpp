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

/// A socket that listens. Whoever takes over the descriptor takes over `end`, too.
struct ListenSocket {
  Descriptor descriptor = {};
  int family = AF_UNSPEC;
  std::uint16_t port = 0;  ///< 0 of a UNIX socket.
  ListenEnd end = {};      ///< Destroyed before the descriptor is closed.

  /// While the descriptor is here.
  [[nodiscard]] VITALS_EXPORT ListenTraces traces() const noexcept;
};

/// How a machine shows what it has: IPv6 by the system calls, SYN cookies by a file. A test has others.
struct SocketCalls {
  std::function<int(int, int, int)> socket = ::socket;
  std::function<int(int, const sockaddr*, socklen_t)> bind = ::bind;
  std::string syn_cookies = "/proc/sys/net/ipv4/tcp_syncookies";
};

/// Whether `address` is an IPv4 or IPv6 address in numbers.
[[nodiscard]] bool is_numeric_address(const std::string& address) noexcept;

/// What messages call a server: "127.0.0.1:8080", "[::]:8080", or the address alone if it is of another kind, such as
/// "unix:/run/app/health.sock".
[[nodiscard]] VITALS_EXPORT std::string server_name(const std::string& address, std::uint16_t port);

/// Listens on a numeric address. "::" takes IPv4 too; if there is no IPv6, it is "0.0.0.0".
///
/// The socket is close-on-exec and non-blocking. On failure the descriptor is empty and `error` says why.
[[nodiscard]] ListenSocket open_listen_socket(const std::string& address, std::uint16_t port, std::error_code& error,
                                              const SocketCalls& calls = {});

/// Listens for a server that starts, wherever its options say: on an IP address, on a UNIX socket, or on a socket that
/// the process was started with.
/// @param options  Valid ones.
/// @throws std::system_error  naming the address.
[[nodiscard]] VITALS_EXPORT ListenSocket listen_or_throw(const HealthServerOptions& options);

}  // namespace detail
}  // namespace vitals::inline v1
