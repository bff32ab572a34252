#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <utility>

#include "server/descriptor.hpp"
#include "server/file_id.hpp"

namespace vitals_test {

/// @param path  A path that begins with '@' is a name in the abstract namespace.
inline int call_with_unix_address(int (*call)(int, const sockaddr*, socklen_t), int fd, std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path);
  const bool is_abstract = path.front() == '@';
  if (is_abstract) address.sun_path[0] = '\0';
  const auto size = offsetof(sockaddr_un, sun_path) + path.size() + (is_abstract ? 0 : 1);
  return call(fd, reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size));
}

/// A connected socket; if connecting fails, an empty one, with errno set.
inline vitals::detail::Descriptor connected_to(std::string_view path, int flags = 0) {
  vitals::detail::Descriptor client{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0)};
  return call_with_unix_address(::connect, client.get(), path) == 0 ? std::move(client) : vitals::detail::Descriptor{};
}

/// A socket that is bound to the path, and doesn't listen yet.
inline vitals::detail::Descriptor bound_to(std::string_view path, int type = SOCK_STREAM) {
  vitals::detail::Descriptor socket{::socket(AF_UNIX, type | SOCK_CLOEXEC, 0)};
  if (call_with_unix_address(::bind, socket.get(), path) != 0) throw std::runtime_error{"can't bind"};
  return socket;
}

inline vitals::detail::Descriptor listening_on(std::string_view path, int backlog = 8) {
  auto socket = bound_to(path);
  if (::listen(socket.get(), backlog) != 0) throw std::runtime_error{"can't listen"};
  return socket;
}

/// Leaves the file that a crashed server would leave.
inline void leave_socket_file(std::string_view path) { (void)listening_on(path); }

/// The type and mode of a file; 0 if it doesn't exist.
inline mode_t mode_of(const std::string& path) {
  struct stat state = {};
  return ::lstat(path.c_str(), &state) == 0 ? state.st_mode : 0;
}

inline vitals::detail::FileId file_at(const std::string& path) {
  struct stat state = {};
  return ::lstat(path.c_str(), &state) == 0 ? vitals::detail::FileId{state} : vitals::detail::FileId{};
}

}  // namespace vitals_test
