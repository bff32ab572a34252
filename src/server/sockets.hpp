#pragma once

// Where Linux can do more than POSIX: accept a connection in one call, and defer that until its request has arrived.
// See also watch.hpp. With VITALS_PORTABLE_SOCKETS only POSIX calls are used on Linux, too.

#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/own_descriptor.hpp"

namespace vitals::inline v1 {
namespace detail {

/// True if a call on a non-blocking socket should be tried again later.
[[nodiscard]] constexpr bool is_transient(int error) noexcept {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

#if defined(__linux__) && !defined(VITALS_PORTABLE_SOCKETS)
#define VITALS_HAS_EPOLL

inline constexpr int stream_socket_type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

/// Makes a socket of `stream_socket_type` close-on-exec and non-blocking.
/// @returns The descriptor, or -1 with errno.
inline int configured(int fd) noexcept { return fd; }

/// Accepts a connection, close-on-exec and non-blocking.
/// @param size  The size of `peer`; then that of the address in it.
/// @returns The descriptor, or -1 with errno.
inline int accept_connection(int listener, sockaddr_storage& peer, socklen_t& size) noexcept {
  auto* const address = reinterpret_cast<sockaddr*>(&peer);
  return own_descriptor(::accept4(listener, address, &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
}

/// Connections are then accepted when their first bytes have arrived, or after a second. So a probe costs one wake-up
/// instead of two; see tcp(7). An error does no harm.
inline void defer_accept(int listener) noexcept {
  const int seconds = 1;
  (void)::setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
}

#else

inline constexpr int stream_socket_type = SOCK_STREAM;

inline int configured(int fd) noexcept {
  if (fd < 0) return fd;
  if (::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && ::fcntl(fd, F_SETFL, O_NONBLOCK) == 0) return fd;
  const int error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

inline int accept_connection(int listener, sockaddr_storage& peer, socklen_t& size) noexcept {
  return configured(own_descriptor(::accept(listener, reinterpret_cast<sockaddr*>(&peer), &size)));
}

inline void defer_accept(int) noexcept {}

#endif

}  // namespace detail
}  // namespace vitals::inline v1
