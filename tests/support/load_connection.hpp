#pragma once

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vitals_test {

/// Why a request failed.
class LoadFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

[[noreturn]] inline void fail_by_errno(const std::string& what) {
  throw LoadFailure{what + ": " + std::strerror(errno)};
}

struct LoadAnswer {
  int status = 0;
  bool closes = false;
};

/// A connection on which a whole request, including the connect if necessary, must end before its deadline.
class LoadConnection {
 public:
  LoadConnection(std::uint16_t port, std::chrono::steady_clock::time_point deadline)
      : fd_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)} {
    if (fd_ < 0) fail_by_errno("socket");
    try {
      connect_to(port, deadline);
    } catch (...) {
      close(fd_);
      throw;
    }
  }
  LoadConnection(const LoadConnection&) = delete;
  LoadConnection& operator=(const LoadConnection&) = delete;
  ~LoadConnection() { close(fd_); }

  /// Whether the peer has closed the connection since the last answer. No request was sent, so none is lost.
  [[nodiscard]] bool was_closed_while_idle() const {
    char byte = 0;
    const auto size = recv(fd_, &byte, 1, MSG_PEEK);
    if (size > 0) throw LoadFailure{"an answer without a request"};
    return size == 0 || (errno != EAGAIN && errno != EINTR);
  }

  void send(std::string_view bytes, std::chrono::steady_clock::time_point deadline) const {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN) {
        wait_for(POLLOUT, deadline, "send");
      } else {
        fail_by_errno("send");
      }
    }
  }

  [[nodiscard]] LoadAnswer read_answer(std::chrono::steady_clock::time_point deadline) const {
    std::string received;
    auto head_end = std::string::npos;
    while ((head_end = received.find("\r\n\r\n")) == std::string::npos) receive(received, deadline);
    const std::string head = received.substr(0, head_end + 2);
    const std::size_t size = head_end + 4 + number(header(head, "Content-Length"));
    while (received.size() < size) receive(received, deadline);
    if (received.size() > size) throw LoadFailure{"more than the answer"};
    return {static_cast<int>(number(head.substr(std::min<std::size_t>(head.size(), 9), 3))),
            strcasecmp(header(head, "Connection").c_str(), "close") == 0};
  }

 private:
  void connect_to(std::uint16_t port, std::chrono::steady_clock::time_point deadline) const {
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
    if (errno != EINPROGRESS) fail_by_errno("connect");
    wait_for(POLLOUT, deadline, "connect");
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) throw LoadFailure{std::string{"connect: "} + std::strerror(error)};
  }

  void wait_for(short event, std::chrono::steady_clock::time_point deadline, const char* what) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    pollfd state{.fd = fd_, .events = event, .revents = 0};
    if (poll(&state, 1, static_cast<int>(std::max<decltype(left)>(left, 0))) == 0)
      throw LoadFailure{std::string{what} + ": timed out"};
  }

  void receive(std::string& received, std::chrono::steady_clock::time_point deadline) const {
    wait_for(POLLIN, deadline, received.empty() ? "no answer" : "within the answer");
    char bytes[16 * 1024];
    const auto size = recv(fd_, bytes, sizeof bytes, 0);
    if (size < 0 && errno == EAGAIN) return;
    if (size < 0) fail_by_errno(received.empty() ? "no answer" : "within the answer");
    if (size == 0) throw LoadFailure{received.empty() ? "closed without an answer" : "closed within the answer"};
    received.append(bytes, static_cast<std::size_t>(size));
  }

  static std::string header(const std::string& head, std::string_view name) {
    for (auto line = head.find("\r\n") + 2; line < head.size(); line = head.find("\r\n", line) + 2) {
      const auto end = head.find("\r\n", line);
      if (head.size() > line + name.size() && head[line + name.size()] == ':' &&
          strncasecmp(head.c_str() + line, name.data(), name.size()) == 0) {
        const auto begin = head.find_first_not_of(" \t", line + name.size() + 1);
        return head.substr(begin, end - begin);
      }
    }
    return {};
  }

  static std::size_t number(const std::string& text) {
    std::size_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{})
      throw LoadFailure{"an answer without its length or status"};
    return value;
  }

  int fd_;
};

}  // namespace vitals_test
