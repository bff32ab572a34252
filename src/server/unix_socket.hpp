#pragma once

#include <optional>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>

#include "server/listen_socket.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The longest path, and the longest name in the abstract namespace.
inline constexpr std::size_t max_unix_path = sizeof(sockaddr_un::sun_path) - 1;

struct UnixAddress {
  sockaddr_un native = {};
  socklen_t size = 0;

  [[nodiscard]] bool is_abstract() const noexcept { return native.sun_path[0] == '\0'; }
};

/// Whether it begins as "unix:/run/app/health.sock" and "unix:@name" do.
[[nodiscard]] bool is_unix_address(const std::string& address) noexcept;

/// @returns Nothing if it is malformed: see `address_rule`.
[[nodiscard]] std::optional<UnixAddress> parse_unix_address(const std::string& address) noexcept;

/// Listens on a UNIX socket, close-on-exec and non-blocking.
/// @param mode  Of its file; there is none in the abstract namespace.
/// @throws std::system_error  naming the address.
[[nodiscard]] ListenSocket open_unix_socket(const std::string& address, unsigned mode);

}  // namespace detail
}  // namespace vitals::inline v1
