#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <sys/socket.h>
#include <system_error>

#include <vitals/export.hpp>

#include "server/descriptor.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A socket that listens.
struct ListenSocket {
  Descriptor descriptor = {};
  int family = AF_UNSPEC;
  std::uint16_t port = 0;
};

/// The system calls by which a machine without IPv6 shows itself; a test has others.
struct SocketCalls {
  std::function<int(int, int, int)> socket = ::socket;
  std::function<int(int, const sockaddr*, socklen_t)> bind = ::bind;
};

/// Whether `address` is an IPv4 or IPv6 address in numbers.
[[nodiscard]] bool is_numeric_address(const std::string& address) noexcept;

/// "127.0.0.1:8080" or "[::]:8080".
[[nodiscard]] VITALS_EXPORT std::string address_and_port(const std::string& address, std::uint16_t port);

/// Listens on a numeric address. "::" takes IPv4 too; if there is no IPv6, it is "0.0.0.0".
///
/// The socket is close-on-exec and non-blocking. On failure the descriptor is empty and `error` says why.
[[nodiscard]] ListenSocket open_listen_socket(const std::string& address, std::uint16_t port, std::error_code& error,
                                              const SocketCalls& calls = {});

/// The same for a server that starts.
/// @throws std::system_error  naming address and port.
[[nodiscard]] VITALS_EXPORT ListenSocket listen_or_throw(const std::string& address, std::uint16_t port);

}  // namespace detail
}  // namespace vitals::inline v1
