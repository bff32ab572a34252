#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/types.h>
#include <utility>

#include "checks/run_limit.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A non-blocking stream socket; negative: none.
class StreamSocket {
 public:
  StreamSocket() noexcept = default;
  /// @throws std::system_error
  explicit StreamSocket(int family);
  /// Takes a descriptor, which it closes.
  [[nodiscard]] static StreamSocket adopt(int fd) noexcept {
    StreamSocket socket;
    socket.fd_ = fd;
    return socket;
  }
  StreamSocket(StreamSocket&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  StreamSocket& operator=(StreamSocket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~StreamSocket();

  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_ = -1;
};

/// A layer between a check and its socket, such as TLS.
class StreamLayer {
 public:
  StreamLayer() = default;
  StreamLayer(const StreamLayer&) = delete;
  StreamLayer& operator=(const StreamLayer&) = delete;
  virtual ~StreamLayer() = default;

  /// As send(2) and recv(2) of a non-blocking socket: -1 with errno; EAGAIN means to wait for `wants()`.
  virtual ssize_t send(std::string_view bytes) = 0;
  virtual ssize_t receive(char* data, std::size_t size) = 0;
  /// POLLIN or POLLOUT.
  [[nodiscard]] virtual short wants() const noexcept = 0;
  /// Why the last call failed, if errno doesn't tell.
  [[nodiscard]] virtual std::string problem() const = 0;
};

/// A connection and its peer, or why there is none.
struct Connected {
  StreamSocket socket = {};
  std::unique_ptr<StreamLayer> layer = nullptr;  // ends before the socket is closed
  std::string peer = {};                         ///< "192.0.2.1:25", or a path.
  std::string error = {};                        ///< Set if there is no connection.
};

/// The time since its construction: "3 ms".
class Stopwatch {
 public:
  [[nodiscard]] std::string text() const {
    using std::chrono::milliseconds;
    return std::to_string((std::chrono::steady_clock::now() - begin_) / milliseconds{1}) + " ms";
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// Sends all of a text.
/// @returns What is wrong; empty if nothing is.
[[nodiscard]] std::string send_all(const Connected& connection, std::string_view text, const RunLimit& limit);

/// What receive_some() has seen.
struct Received {
  enum class Event { bytes, end, late, lost };

  Event event = Event::bytes;
  std::string problem = {};  ///< Set if it is late or lost.
};

/// Appends what has come to `answer`: at least one byte, at most `most`.
[[nodiscard]] Received receive_some(const Connected& connection, std::string& answer, std::size_t most,
                                    const RunLimit& limit);

/// The same for a protocol in which the server doesn't end the connection.
///
/// @returns What is wrong, with what has come before; empty if nothing is.
[[nodiscard]] std::string receive(const Connected& connection, std::string& answer, std::size_t most,
                                  const RunLimit& limit);

/// Sends, and reads until the answer has begun as expected or can't any more.
///
/// @returns What is wrong; empty if nothing is.
[[nodiscard]] std::string exchange(const Connected& connection, std::string_view send, std::string_view expect,
                                   const RunLimit& limit);

/// What a server has sent, for a message: printable, in quotes, at most 64 bytes of it.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace detail
}  // namespace vitals::inline v1
