#pragma once

#include <cerrno>
#include <cstddef>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "server/host.hpp"
#include "server/sockets.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What came of reading from a connection, or of writing to it.
struct Transfer {
  std::size_t size = 0;              ///< Bytes.
  bool drained = false;              ///< There is no more, or no more room, until something happens to the socket:
  Interest wants = Interest::input;  ///< what has to.
  bool over = false;                 ///< Nothing more will be moved: the peer has ended, or it is broken.
};

/// What lies between a connection and its socket, if not nothing. It says what the socket needs, and the connection
/// waits for it.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  virtual Transfer receive(char* data, std::size_t size) = 0;
  virtual Transfer send(std::string_view bytes) = 0;
  /// Whether it holds, or the socket has, what hasn't been received; true if that can't be told.
  [[nodiscard]] virtual bool has_input() const noexcept = 0;
  /// Tells the peer that nothing more will be sent. False if that can't be.
  [[nodiscard]] virtual bool end_output() noexcept = 0;
};

/// The same of a socket without one.
namespace plain {

[[nodiscard]] inline Transfer receive(int fd, char* data, std::size_t size) noexcept {
  const auto received = ::recv(fd, data, size, 0);
  if (received < 0) return {.drained = true, .over = !is_transient(errno)};
  const auto count = static_cast<std::size_t>(received);
  return {.size = count, .drained = count < size, .over = count == 0};
}

[[nodiscard]] inline Transfer send(int fd, std::string_view bytes) noexcept {
  const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  const auto count = sent < 0 ? 0 : static_cast<std::size_t>(sent);
  return {.size = count,
          .drained = count < bytes.size(),
          .wants = Interest::output,
          .over = sent < 0 && !is_transient(errno)};
}

[[nodiscard]] inline bool has_input(int fd) noexcept {
  int size = 0;
  return ::ioctl(fd, FIONREAD, &size) != 0 || size > 0;
}

[[nodiscard]] inline bool end_output(int fd) noexcept { return ::shutdown(fd, SHUT_WR) == 0; }

}  // namespace plain
}  // namespace detail
}  // namespace vitals::inline v1
