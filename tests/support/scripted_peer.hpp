#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <functional>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace vitals_test {

/// One connection, as the peer sees it.
class PeerSession {
 public:
  explicit PeerSession(int fd) noexcept : fd_{fd} {}

  [[nodiscard]] int fd() const noexcept { return fd_; }

  /// False once the other side has closed.
  bool send(std::string_view text) const {
    return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  /// Reads so many bytes, or up to the end.
  [[nodiscard]] std::string read(std::size_t count) const {
    std::string text(count, '\0');
    std::size_t size = 0;
    while (size < count) {
      const auto got = ::recv(fd_, text.data() + size, count - size, 0);
      if (got <= 0) break;
      size += static_cast<std::size_t>(got);
    }
    text.resize(size);
    return text;
  }
  /// Reads up to the end of this text, or to the end.
  [[nodiscard]] std::string read_until(std::string_view end) const {
    std::string text;
    while (!text.ends_with(end)) {
      const auto byte = read(1);
      if (byte.empty()) break;
      text += byte;
    }
    return text;
  }
  void wait_for_end() const {
    while (!read(1).empty()) {
    }
  }
  /// The connection is reset when this function's caller closes it.
  void reset() const {
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

 private:
  int fd_;
};

/// A server on a free port of 127.0.0.1 that plays a script on each connection, one after another.
class ScriptedPeer {
 public:
  using Script = std::function<void(const PeerSession& session)>;

  explicit ScriptedPeer(Script script, std::uint16_t port = 0) : script_{std::move(script)} {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd_, 64) != 0 ||
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error{"can't listen"};
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;
  ~ScriptedPeer() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// "127.0.0.1:40123".
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() const {
    const int on = 1;
    for (int peer = accept(); peer >= 0; peer = accept()) {
      ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // each send() is a segment
      script_(PeerSession{peer});
      ::close(peer);
    }
  }
  [[nodiscard]] int accept() const noexcept { return ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC); }

  const Script script_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace vitals_test
