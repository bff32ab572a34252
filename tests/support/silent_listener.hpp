#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace vitals_test {

/// A port of 127.0.0.1 where the kernel completes connections but nothing ever answers, as in a frozen process.
class SilentListener {
 public:
  SilentListener() : fd_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd_, 64) != 0 ||
        getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error{"can't listen"};
    port_ = ntohs(address.sin_port);
  }
  SilentListener(const SilentListener&) = delete;
  SilentListener& operator=(const SilentListener&) = delete;
  ~SilentListener() {
    for (const int peer : peers_) close(peer);
    close(fd_);
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// Whether there is a connection that wait_for_a_peer() hasn't accepted yet.
  [[nodiscard]] bool has_a_peer() const {
    pollfd listener{fd_, POLLIN, 0};
    return poll(&listener, 1, 0) > 0;
  }

  /// Accepts a connection and reads the peer's first byte.
  void wait_for_a_peer() {
    const int peer = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    char byte = 0;
    if (peer < 0 || recv(peer, &byte, 1, 0) != 1) throw std::runtime_error{"no peer"};
    peers_.push_back(peer);
  }

 private:
  int fd_;
  std::uint16_t port_ = 0;
  std::vector<int> peers_;
};

}  // namespace vitals_test
