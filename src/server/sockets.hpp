#pragma once

// Where Linux has more than POSIX: one call to accept a connection, and connections that are only seen once their
// request has arrived; see also watch.hpp. VITALS_PORTABLE_SOCKETS takes the calls of POSIX there, too.

#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/own_descriptor.hpp"

namespace vitals::inline v1 {
namespace detail {

/// After a call on a socket: it is to be tried again later.
[[nodiscard]] constexpr bool is_transient(int error) noexcept {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

#if defined(__linux__) && !defined(VITALS_PORTABLE_SOCKETS)
#define VITALS_HAS_EPOLL

inline constexpr int stream_socket_type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

/// What socket() has given with `stream_socket_type`, close-on-exec and non-blocking.
/// @returns -1 with errno if that can't be.
inline int configured(int fd) noexcept { return fd; }

/// The next connection, close-on-exec and non-blocking, and who it is from; -1 with errno.
/// @param size  Of `peer`, and then of what is known of it.
inline int accept_connection(int listener, sockaddr_storage& peer, socklen_t& size) noexcept {
  auto* const address = reinterpret_cast<sockaddr*>(&peer);
  return own_descriptor(::accept4(listener, address, &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
}

/// Connections are accepted when their first bytes are there, or after a second. A probe costs one wake-up instead of
/// two, and its request is read at once; see tcp(7). Where the kernel doesn't do it, nothing is lost.
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
