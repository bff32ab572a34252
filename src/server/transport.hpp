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

/// The result of reading from a connection or writing to it.
struct Transfer {
  std::size_t size = 0;                 ///< In bytes.
  bool drained = false;                 ///< No more can be read or written until `interest` holds for the socket.
  Interest interest = Interest::input;  ///< See `drained`.
  bool over = false;                    ///< The peer has ended the connection, or it is broken.
};

/// A layer between a connection and its socket, such as TLS. The connection does the waiting.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  virtual Transfer receive(char* data, std::size_t size) = 0;
  virtual Transfer send(std::string_view bytes) = 0;
  /// Whether there are bytes to receive, here or in the socket. True if that is unknown.
  [[nodiscard]] virtual bool has_input() const noexcept = 0;
  /// Sends the end of output. False if that fails.
  [[nodiscard]] virtual bool end_output() noexcept = 0;
};

/// The same for a socket without a transport.
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
          .interest = Interest::output,
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
