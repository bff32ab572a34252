#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <vitals/endpoint.hpp>

/// Stands in for the application's existing HTTP server. Reads only the first line of a request: not a model for a real
/// server.
class ToyServer {
 public:
  using Write = std::function<void(int status, const std::vector<vitals::HttpHeader>& headers, std::string_view body)>;
  using Handler = std::function<void(std::string_view method, std::string_view target, const Write& write)>;

  explicit ToyServer(Handler handler)
      : handler_{std::move(handler)}, fd_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd_, 16) != 0 ||
        getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error{"can't listen"};
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread{[this] { accept_all(); }};
  }
  ToyServer(const ToyServer&) = delete;
  ToyServer& operator=(const ToyServer&) = delete;
  ~ToyServer() {
    shutdown(fd_, SHUT_RDWR);  // wakes accept()
    acceptor_.join();
    close(fd_);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void accept_all() {
    std::vector<std::jthread> requests;
    for (int peer = accept(fd_, nullptr, nullptr); peer >= 0; peer = accept(fd_, nullptr, nullptr))
      requests.emplace_back([this, peer] { serve(peer); });
  }

  void serve(int peer) const {
    std::string head;
    char piece[1024];
    while (head.find("\r\n\r\n") == std::string::npos) {
      const ssize_t size = recv(peer, piece, sizeof piece, 0);
      if (size <= 0) break;
      head.append(piece, static_cast<std::size_t>(size));
    }
    const std::string_view line = std::string_view{head}.substr(0, head.find("\r\n"));
    const auto method_end = line.find(' ');
    const auto target_end = line.rfind(' ');
    if (method_end < target_end)
      handler_(line.substr(0, method_end), line.substr(method_end + 1, target_end - method_end - 1),
               [peer](int status, const std::vector<vitals::HttpHeader>& headers, std::string_view body) {
                 std::string text = "HTTP/1.1 " + std::to_string(status) +
                                    " \r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
                 for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
                 text.append("\r\n").append(body);
                 send(peer, text.data(), text.size(), MSG_NOSIGNAL);
               });
    close(peer);
  }

  Handler handler_;
  int fd_;
  std::uint16_t port_ = 0;
  std::jthread acceptor_;
};
