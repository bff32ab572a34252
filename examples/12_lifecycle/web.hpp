#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include <vitals/vitals.hpp>

/// Stands in for the application of a threaded service: sends a greeting to every client.
class Web {
 public:
  explicit Web(vitals::Lifecycle& lifecycle)
      : lifecycle_{lifecycle}, fd_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)} {
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
  ~Web() { close_listener(); }

  void start() {
    thread_ = std::thread{[this] { serve(); }};
  }
  /// When it returns, every peer that had connected is accepted, and no other will be.
  void close_listener() {
    closing_ = true;
    if (thread_.joinable()) thread_.join();
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  /// At the end it goes on until the kernel's queue is empty: peers in that queue are already connected.
  void serve() {
    for (;;) {
      const bool closing = closing_;
      pollfd listener{.fd = fd_, .events = POLLIN, .revents = 0};
      const bool is_ready = poll(&listener, 1, closing ? 0 : 100) > 0;
      const int connection = is_ready ? accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC) : -1;
      if (connection >= 0)
        take_in(connection);
      else if (closing)
        return;
      else if (is_ready)  // for example, no descriptor is free: an immediate retry would fail again
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
  }
  /// The thread uses nothing of this object. While it holds its token, the service doesn't end.
  void take_in(int connection) {
    try {
      if (auto work = lifecycle_.begin_work()) {
        std::thread{[connection, work = std::move(work)] {
          answer(connection);
          close(connection);
        }}.detach();
        return;
      }
    } catch (const std::system_error&) {  // no thread could be created
    }
    close(connection);
  }
  static void answer(int connection) {
    const timeval limit{.tv_sec = 1, .tv_usec = 0};  // a silent peer holds the thread no longer
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    constexpr std::string_view greeting = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";
    char request[4096];
    if (recv(connection, request, sizeof request, 0) > 0)
      send(connection, greeting.data(), greeting.size(), MSG_NOSIGNAL);
  }

  vitals::Lifecycle& lifecycle_;
  int fd_;
  std::atomic<bool> closing_ = false;
  std::uint16_t port_ = 0;
  std::thread thread_;
};
