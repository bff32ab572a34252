#pragma once

#include <atomic>
#include <cstdint>
#include <netinet/in.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <vitals/vitals.hpp>

/// Stands for the application of a threaded service: greets whoever connects.
class Web {
 public:
  explicit Web(vitals::Lifecycle& lifecycle)
      : lifecycle_{lifecycle}, fd_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd_, 16) != 0)
      throw std::runtime_error{"can't listen"};
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  Web(const Web&) = delete;
  Web& operator=(const Web&) = delete;
  ~Web() {
    close_listener();
    if (thread_.joinable()) thread_.join();
    close(fd_);
  }

  void start() {
    thread_ = std::thread{[this] { serve(); }};
  }
  /// Also makes a waiting accept() return.
  void close_listener() noexcept {
    closed_ = true;
    shutdown(fd_, SHUT_RDWR);
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  void serve() {
    while (!closed_) {
      const int connection = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) continue;
      if (const auto work = lifecycle_.begin_work()) answer(connection);
      close(connection);
    }
  }
  static void answer(int connection) {
    constexpr std::string_view greeting = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";
    char request[4096];
    if (recv(connection, request, sizeof request, 0) > 0)
      send(connection, greeting.data(), greeting.size(), MSG_NOSIGNAL);
  }

  vitals::Lifecycle& lifecycle_;
  int fd_;
  std::atomic<bool> closed_ = false;
  std::uint16_t port_ = 0;
  std::thread thread_;
};
