#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace vitals_test {

/// A server whose queue of connections is full: further ones get no answer at all.
class FullListener {
 public:
  explicit FullListener(const char* address = "127.0.0.1", std::uint16_t port = 0) {
    const int on = 1;
    setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // beside a ReservedPort
    address_.sin_family = AF_INET;
    address_.sin_port = htons(port);
    inet_pton(AF_INET, address, &address_.sin_addr);
    socklen_t size = sizeof address_;
    if (bind(fd_, reinterpret_cast<sockaddr*>(&address_), size) != 0 || listen(fd_, 0) != 0 ||
        getsockname(fd_, reinterpret_cast<sockaddr*>(&address_), &size) != 0)
      throw std::runtime_error{"can't listen"};
    for (int i = 0; i < 4; ++i) {
      peers_.push_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      (void)connect(peers_.back(), reinterpret_cast<const sockaddr*>(&address_), size);
    }
  }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;
  ~FullListener() {
    for (const int peer : peers_) close(peer);
    close(fd_);
  }
  [[nodiscard]] std::uint16_t port() const { return ntohs(address_.sin_port); }

 private:
  int fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address_ = {};
  std::vector<int> peers_;
};

}  // namespace vitals_test
