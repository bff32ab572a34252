#pragma once

#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "server/host.hpp"
#include "server/limit.hpp"
#include "server/peer_address.hpp"
#include "server/sockets.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The result of reading from a connection or writing to it.
struct Transfer {
  std::size_t size = 0;                 ///< In bytes.
  bool drained = false;                 ///< No more can be read or written until `interest` holds for the socket.
  Interest interest = Interest::input;  ///< See `drained`.
  bool over = false;                    ///< The peer has ended the connection, or it is broken.
  bool must_yield = false;              ///< Other connections must have their turn before more is read.
};

/// The result of a step of a handshake.
struct Handshake {
  enum class State {
    done,
    silent,   ///< The peer hasn't sent anything yet.
    waiting,  ///< See `interest`.
    over,
  };

  State state = State::done;
  Interest interest = Interest::input;
  std::optional<Limit> reached = {};  ///< Why it is over; none if the peer left before its first byte.
  std::string detail = {};            ///< The same in words, for the log.
  bool answered = false;              ///< It is over, but the peer was told why: it must be able to read that.
  std::string log_line = {};          ///< A line for the log that isn't about this connection.
};

/// A layer between a connection and its socket, such as TLS. The connection does the waiting.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Goes on with the handshake. Called before anything else, until it is done.
  /// @param early  On the first call: what has been read from the socket already.
  virtual Handshake handshake(SteadyTime now, std::string_view early) = 0;
  virtual Transfer receive(char* data, std::size_t size) = 0;
  virtual Transfer send(std::string_view bytes) = 0;
  /// Whether there are bytes to receive, here or in the socket. True if that is unknown.
  [[nodiscard]] virtual bool has_input() const noexcept = 0;
  /// Sends the end of output. False if that fails.
  [[nodiscard]] virtual bool end_output() noexcept = 0;
};

/// The transports of one run of a server.
///
/// @par Thread safety  Shared objects: on the server's turn only.
class Transports {
 public:
  Transports() = default;
  Transports(const Transports&) = delete;
  Transports& operator=(const Transports&) = delete;
  virtual ~Transports() = default;

  /// A transport over a socket that outlives it.
  [[nodiscard]] virtual std::unique_ptr<Transport> make(int fd, const PeerAddress& peer) = 0;
  [[nodiscard]] virtual Duration handshake_timeout() const noexcept = 0;
};

/// What makes them: HealthServerOptions::tls.
///
/// @par Thread safety  Shared objects: safe.
class TransportLayer {
 public:
  TransportLayer() = default;
  TransportLayer(const TransportLayer&) = delete;
  TransportLayer& operator=(const TransportLayer&) = delete;
  virtual ~TransportLayer() = default;

  /// @throws std::system_error  naming what can't be used.
  [[nodiscard]] virtual std::unique_ptr<Transports> open() const = 0;
};

/// The same as a Transport for a socket without one.
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
