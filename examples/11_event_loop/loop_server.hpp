#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <vitals/endpoint.hpp>

#include "event_loop.hpp"

/// Stands in for the HTTP server on that loop. Reads only the first line of a request: not a model for a real server.
class LoopServer {
 public:
  /// Makes the body of the application's own answer to a path.
  using Answer = std::function<std::string(std::string_view target)>;

  LoopServer(EventLoop& loop, const vitals::Endpoint& health, Answer answer)
      : loop_{loop},
        health_{health},
        answer_{std::move(answer)},
        listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 16) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error{"can't listen"};
    port_ = ntohs(address.sin_port);
    loop_.watch(listener_, [this] { accept_one(); });
  }
  LoopServer(const LoopServer&) = delete;
  LoopServer& operator=(const LoopServer&) = delete;
  ~LoopServer() {
    for (const auto& [id, client] : clients_) close(client.fd);
    close(listener_);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  struct Client {
    int fd;
    std::string head = {};
    vitals::PendingResponse pending = {};  // destroyed with the client, which cancels the answer
  };

  void accept_one() {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    const auto id = ++last_id_;
    clients_.emplace(id, Client{.fd = fd});
    loop_.watch(fd, [this, id] { read(id); });
  }

  void read(std::uint64_t id) {
    Client& client = clients_.at(id);
    char piece[1024];
    const ssize_t size = recv(client.fd, piece, sizeof piece, 0);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return finish(id);
    client.head.append(piece, static_cast<std::size_t>(size));
    if (client.head.find("\r\n\r\n") == std::string::npos) return;
    loop_.forget(client.fd);

    const std::string_view line = std::string_view{client.head}.substr(0, client.head.find("\r\n"));
    const auto method_end = line.find(' ');
    const auto target_end = line.rfind(' ');
    if (method_end == target_end) return finish(id);
    const auto target = line.substr(method_end + 1, target_end - method_end - 1);
    // Doesn't block. `done` runs here or on a Runner's thread, and only posts to the loop. By then the client may be
    // gone, so `done` identifies it by number.
    client.pending =
        health_.async_handle({.method = line.substr(0, method_end), .target = target},
                             [this, id, own = std::string{target}](std::optional<vitals::HttpResponse> reply) {
                               loop_.post([this, id, own, reply = std::move(reply)] { answer(id, own, reply); });
                             });
  }

  void answer(std::uint64_t id, const std::string& target, const std::optional<vitals::HttpResponse>& reply) {
    const auto client = clients_.find(id);
    if (client == clients_.end()) return;
    const std::string body = reply ? reply->body : answer_(target);
    std::string text = "HTTP/1.1 " + std::to_string(reply ? reply->status : 200) +
                       " \r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    if (reply)
      for (const auto& [name, value] : reply->headers) text += name + ": " + value + "\r\n";
    text.append("\r\n").append(body);
    send(client->second.fd, text.data(), text.size(), MSG_NOSIGNAL);
    finish(id);
  }

  void finish(std::uint64_t id) {
    const auto client = clients_.find(id);
    loop_.forget(client->second.fd);
    close(client->second.fd);
    clients_.erase(client);
  }

  EventLoop& loop_;
  const vitals::Endpoint& health_;
  Answer answer_;
  int listener_;
  std::uint16_t port_ = 0;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, Client> clients_;
};
