#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <vitals/testing/fetch.hpp>

#include "testing/http_answer.hpp"

namespace vitals::inline v1 {

namespace test {
namespace {

using SystemClock = std::chrono::steady_clock;

/// All calls end by the deadline. Failures throw std::system_error.
class Connection {
 public:
  Connection(std::uint16_t port, SystemClock::time_point deadline)
      : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)}, deadline_{deadline} {
    if (fd_ < 0) fail(errno);
    if (const int error = connect_to(port)) {
      ::close(fd_);
      fail(error);
    }
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(fd_); }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0)
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      else if (const int error = errno; !is_early(error))
        fail(error);
      else if (!await(POLLOUT))
        fail(ETIMEDOUT);
    }
  }

  /// Appends the next bytes; false at the end of input.
  bool receive(std::string& received) {
    while (true) {
      char bytes[4096];
      const auto size = ::recv(fd_, bytes, sizeof bytes, 0);
      if (size >= 0) {
        received.append(bytes, static_cast<std::size_t>(size));
        return size > 0;
      }
      if (const int error = errno; !is_early(error)) fail(error);
      if (!await(POLLIN)) fail(ETIMEDOUT);
    }
  }

 private:
  [[noreturn]] static void fail(int error) { throw std::system_error{error, std::generic_category()}; }
  static bool is_early(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

  int connect_to(std::uint16_t port) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return 0;
    if (errno != EINPROGRESS && errno != EINTR) return errno;
    if (!await(POLLOUT)) return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
  }

  /// False at the deadline.
  [[nodiscard]] bool await(short events) const {
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - SystemClock::now());
      if (left.count() <= 0) return false;
      constexpr std::chrono::milliseconds longest = std::chrono::hours{1};
      pollfd state{.fd = fd_, .events = events, .revents = 0};
      if (::poll(&state, 1, static_cast<int>(std::min(left, longest).count())) > 0) return true;
    }
  }

  int fd_;
  SystemClock::time_point deadline_;
};

std::string request_for(std::uint16_t port, std::string_view target, const FetchOptions& options) {
  std::string text = options.method + ' ';
  text.append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1:").append(std::to_string(port)).append("\r\n");
  if (!options.accept.empty()) text.append("Accept: ").append(options.accept).append("\r\n");
  return text.append("Connection: close\r\n\r\n");
}

FetchResult exchange(std::uint16_t port, std::string_view target, const FetchOptions& options) {
  Connection connection{port, SystemClock::now() + options.timeout};
  connection.send(request_for(port, target, options));
  std::string received;
  while (true) {
    const bool ended = !connection.receive(received);
    if (auto answer = detail::parse_answer({received, ended, options.method == "HEAD"})) return std::move(*answer);
  }
}

}  // namespace

FetchResult fetch(std::uint16_t port, Text target, FetchOptions options) {
  if (options.timeout < std::chrono::milliseconds{1} || options.timeout > std::chrono::hours{24})
    throw std::invalid_argument{"vitals: FetchOptions: timeout must be 1 ms to 24 h"};
  try {
    return exchange(port, target, options);
  } catch (const std::system_error& error) {
    const auto url = "http://127.0.0.1:" + std::to_string(port) + std::string{std::string_view{target}};
    throw std::system_error{error.code(), "vitals: " + options.method + ' ' + url};
  }
}

}  // namespace test
}  // namespace vitals::inline v1
