#pragma once

#include <optional>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>

#include "server/listen_socket.hpp"

namespace vitals::inline v1 {
namespace detail {

/// For a path, and for a name in the abstract namespace.
inline constexpr std::size_t max_unix_path = sizeof(sockaddr_un::sun_path) - 1;

struct UnixAddress {
  sockaddr_un native = {};
  socklen_t size = 0;

  [[nodiscard]] bool is_abstract() const noexcept { return native.sun_path[0] == '\0'; }
};

/// True for any address that begins with "unix:".
[[nodiscard]] bool is_unix_address(const std::string& address) noexcept;

/// @returns Nothing if it is malformed; see address_rule() in server_options.cpp.
[[nodiscard]] std::optional<UnixAddress> parse_unix_address(const std::string& address) noexcept;

/// Listens on a UNIX socket, close-on-exec and non-blocking.
/// @param mode  The file's; ignored in the abstract namespace.
/// @throws std::system_error  naming the address.
[[nodiscard]] ListenSocket open_unix_socket(const std::string& address, unsigned mode);

}  // namespace detail
}  // namespace vitals::inline v1
