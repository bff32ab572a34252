#pragma once

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <type_traits>
#include <unistd.h>
#include <utility>

#include "support/client_wire.hpp"

namespace vitals_test {

struct HttpResponse {
  int status = 0;
  std::string status_line = {};
  std::map<std::string, std::string> headers = {};  ///< Names in lower case; values of equal names joined by commas.
  std::string body = {};

  /// The value of a header by its name in lower case; "none" if there is none.
  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "none" : found->second;
  }
};

/// A client that sends exactly the given bytes. Throws if what it waits for takes longer than 30 s.
class HttpClient {
 public:
  /// A connected socket of any address family.
  struct Connected {
    int fd = -1;
  };

  /// @param socket  Ownership passes to the client.
  explicit HttpClient(Connected socket) : fd_{socket.fd} {
    if (fd_ < 0) fail("connect");
    add_wire();
  }
  /// @param receive_buffer  The size of the kernel's buffer in bytes; 0: the kernel's default.
  /// @param socket  A socket from open_socket(), whose ownership passes to the client; -1: open one now.
  explicit HttpClient(std::uint16_t port, const std::string& address = "127.0.0.1", int receive_buffer = 0,
                      int socket = -1)
      : fd_{socket} {
    const bool v6 = address.find(':') != std::string::npos;
    if (fd_ < 0) fd_ = open_socket(v6 ? AF_INET6 : AF_INET);
    if (fd_ < 0) fail("socket");
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const int result =
        v6 ? connect_to(sockaddr_in6{}, AF_INET6, address, port) : connect_to(sockaddr_in{}, AF_INET, address, port);
    if (result != 0) {
      ::close(fd_);
      fail("connect");
    }
    const int on = 1;  // every send() becomes a packet of its own
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    add_wire();
  }
  HttpClient(HttpClient&& other) noexcept
      : fd_{std::exchange(other.fd_, -1)},
        wire_{std::move(other.wire_)},
        received_{std::move(other.received_)},
        ended_{other.ended_} {}
  HttpClient& operator=(HttpClient&&) = delete;
  ~HttpClient() {
    wire_ = nullptr;
    if (fd_ >= 0) ::close(fd_);
  }

  /// For a client that must connect when the process has no descriptor left.
  static int open_socket(int family = AF_INET) { return ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0); }

  HttpClient& send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = wire_ ? wire_->send(bytes) : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) fail("send");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return *this;
  }

  /// Reads the next answer. An answer to HEAD has no body, whatever its Content-Length says.
  HttpResponse read_response(bool to_head = false) {
    auto head_end = std::string::npos;
    while ((head_end = received_.find("\r\n\r\n")) == std::string::npos)
      if (!receive()) throw std::runtime_error{"the connection ended within the head: " + received_};
    auto response = parse_head(received_.substr(0, head_end));
    received_.erase(0, head_end + 4);
    if (to_head || response.headers.count("content-length") == 0) return response;
    const auto size = std::stoul(response.headers["content-length"]);
    while (received_.size() < size)
      if (!receive()) throw std::runtime_error{"the connection ended within the body: " + received_};
    response.body = received_.substr(0, size);
    received_.erase(0, size);
    return response;
  }

  /// Reads until the peer closes or resets the connection.
  std::string read_to_end() {
    while (receive()) {
    }
    return std::exchange(received_, {});
  }
  /// Reads exactly this many bytes. Call it before any other read.
  std::string read(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t got = 0; got < size;) {
      if (!wait_for_input(limit)) throw std::runtime_error{"nothing came within 30 s"};
      const auto more = receive_some(bytes.data() + got, size - got);
      if (more <= 0) throw std::runtime_error{"the connection ended"};
      got += static_cast<std::size_t>(more);
    }
    return bytes;
  }
  /// Returns what has arrived, without waiting.
  std::string read_available() {
    while (wait_for_input({}) && receive()) {
    }
    return std::exchange(received_, {});
  }
  [[nodiscard]] int fd() const noexcept { return fd_; }
  /// Whether unread bytes have arrived; doesn't wait.
  [[nodiscard]] bool has_input() { return !received_.empty() || wait_for_input({}); }
  /// Waits for more bytes or for the end of the connection; false if neither comes in time.
  [[nodiscard]] bool wait_for_input(std::chrono::milliseconds time) {
    if (wire_) return wire_->wait_for_input(time);
    pollfd state{.fd = fd_, .events = POLLIN, .revents = 0};
    return ::poll(&state, 1, static_cast<int>(time.count())) > 0;
  }
  /// Whether read_to_end() ended on a reset.
  [[nodiscard]] bool was_reset() const noexcept { return reset_; }

  /// Closes the sending direction; reading goes on.
  void stop_sending() { wire_ ? wire_->stop_sending() : (void)::shutdown(fd_, SHUT_WR); }
  /// Resets the connection.
  void reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    wire_ = nullptr;
    ::close(std::exchange(fd_, -1));
  }

 private:
  [[noreturn]] static void fail(const std::string& what) {
    throw std::runtime_error{what + ": " + std::strerror(errno)};
  }

  void add_wire() {
    if (make_client_wire != nullptr) wire_ = make_client_wire(fd_);
  }
  ssize_t receive_some(char* data, std::size_t size) {
    return wire_ ? wire_->receive(data, size) : ::recv(fd_, data, size, 0);
  }

  template <class Native>
  int connect_to(Native native, int family, const std::string& address, std::uint16_t port) {
    if constexpr (std::is_same_v<Native, sockaddr_in6>) {
      native.sin6_family = AF_INET6;
      native.sin6_port = htons(port);
      ::inet_pton(family, address.c_str(), &native.sin6_addr);
    } else {
      native.sin_family = AF_INET;
      native.sin_port = htons(port);
      ::inet_pton(family, address.c_str(), &native.sin_addr);
    }
    return ::connect(fd_, reinterpret_cast<const sockaddr*>(&native), sizeof native);
  }

  /// Returns false at the end of the connection.
  bool receive() {
    if (ended_) return false;
    if (!wait_for_input(limit)) throw std::runtime_error{"nothing came within 30 s; before: " + received_};
    char bytes[4096];
    const auto size = receive_some(bytes, sizeof bytes);
    if (size > 0) received_.append(bytes, static_cast<std::size_t>(size));
    ended_ = size <= 0;
    reset_ = size < 0;
    return !ended_;
  }

  static HttpResponse parse_head(const std::string& head) {
    HttpResponse response;
    response.status_line = head.substr(0, head.find("\r\n"));
    if (response.status_line.size() > 12) response.status = std::stoi(response.status_line.substr(9, 3));
    for (auto begin = head.find("\r\n"); begin != std::string::npos; begin = head.find("\r\n", begin + 2)) {
      const auto line = head.substr(begin + 2, head.find("\r\n", begin + 2) - begin - 2);
      auto name = line.substr(0, line.find(": "));
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      auto& value = response.headers[name];
      value += (value.empty() ? "" : ", ") + line.substr(std::min(line.size(), name.size() + 2));
    }
    return response;
  }

  static constexpr std::chrono::seconds limit{30};

  int fd_ = -1;
  std::unique_ptr<ClientWire> wire_ = nullptr;  // ends before the socket is closed
  std::string received_ = {};
  bool ended_ = false;
  bool reset_ = false;
};

/// Sends one GET on a new connection.
inline HttpResponse http_get(std::uint16_t port, const std::string& target, const std::string& address = "127.0.0.1") {
  HttpClient client{port, address};
  client.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  return client.read_response();
}

}  // namespace vitals_test
