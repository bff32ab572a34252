#pragma once

#include <string>

#include "server/listen_socket.hpp"

namespace vitals::inline v1 {
namespace detail {

/// See systemd.socket(5).
inline constexpr std::size_t max_activation_name = 255;

/// True for any address that begins with "systemd:".
[[nodiscard]] bool is_activation_address(const std::string& address) noexcept;

/// Its name must be printable ASCII without a colon: see FileDescriptorName= in systemd.socket(5).
[[nodiscard]] bool is_valid_activation_address(const std::string& address) noexcept;

/// The first socket of that name among those that the process was started with: see sd_listen_fds_with_names(3).
///
/// Returns a close-on-exec duplicate. The environment and the inherited descriptor stay, so that a later start finds
/// the socket again. Both descriptors share one socket, which is non-blocking from then on.
///
/// @throws std::system_error  with ENXIO if there is none, naming those that there are; with another code if it isn't a
///                            listening stream socket.
[[nodiscard]] ListenSocket inherit_socket(const std::string& address);

}  // namespace detail
}  // namespace vitals::inline v1
