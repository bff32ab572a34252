#pragma once

#include <string>

#include "server/listen_socket.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The longest name of a descriptor, as in systemd.socket(5).
inline constexpr std::size_t max_activation_name = 255;

/// Whether it begins as "systemd:health" does.
[[nodiscard]] bool is_activation_address(const std::string& address) noexcept;

/// Whether the name in it may be one: printable ASCII without a colon, see FileDescriptorName= in systemd.socket(5).
[[nodiscard]] bool is_valid_activation_address(const std::string& address) noexcept;

/// The socket of that name that the process was started with, as sd_listen_fds_with_names(3) finds it: the first one if
/// there are several.
///
/// It is a duplicate, close-on-exec, so that another start finds the socket again; the environment and the inherited
/// descriptor stay as they are. Duplicates share what belongs to the socket: all of them are non-blocking from now on.
///
/// @throws std::system_error  with ENXIO if there is none, saying what there is; otherwise if it is no stream socket
///                            that listens.
[[nodiscard]] ListenSocket inherit_socket(const std::string& address);

}  // namespace detail
}  // namespace vitals::inline v1
