#pragma once

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "support/scripted_peer.hpp"

namespace vitals_test {

/// A connection to a server on 127.0.0.1.
class Upstream {
 public:
  explicit Upstream(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error{"can't connect"};
  }
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;
  ~Upstream() { ::close(fd_); }

  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

/// Stands between a client and a real server, and changes what the server answers. One connection at a time: clients
/// must end before it does.
class TamperingProxy {
 public:
  enum class Way {
    forward,
    single_bytes,  ///< Each in a segment of its own.
    reset,         ///< After three bytes of the answer.
    garbage,       ///< Instead of the server.
    endless,       ///< After three bytes of the answer: garbage without an end.
    vanish,        ///< Calls before_vanishing, and ends the connection before the answer.
  };

  explicit TamperingProxy(std::uint16_t server, std::function<void()> before_vanishing = {})
      : server_{server}, before_vanishing_{std::move(before_vanishing)} {}

  void set(Way way) { way_ = way; }

  [[nodiscard]] std::uint16_t port() const noexcept { return peer_.port(); }
  /// How many bytes clients have got.
  [[nodiscard]] std::size_t sent() const noexcept { return sent_; }

 private:
  void serve(const PeerSession& client) {
    if (way_ == Way::garbage) {
      (void)give(client, noise());
      return client.wait_for_end();
    }
    const Upstream server{server_};
    for (;;) {
      std::array fds{pollfd{client.fd(), POLLIN, 0}, pollfd{server.fd(), POLLIN, 0}};
      if (::poll(fds.data(), fds.size(), -1) < 0) return;
      if (fds[0].revents != 0) {
        const auto request = some(client.fd());
        if (request.empty() || ::send(server.fd(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return;
      }
      if (fds[1].revents != 0) {
        const auto answer = some(server.fd());
        if (answer.empty() || !pass_on(client, answer)) return;
      }
    }
  }

  /// False if the connection is to end.
  bool pass_on(const PeerSession& client, const std::string& answer) {
    switch (way_) {
      case Way::single_bytes:
        for (const char byte : answer)
          if (!give(client, {&byte, 1})) return false;
        return true;
      case Way::reset:
        (void)give(client, std::string_view{answer}.substr(0, 3));
        client.reset();
        return false;
      case Way::endless:
        (void)give(client, std::string_view{answer}.substr(0, 3));
        while (give(client, std::string(4096, 'x'))) {
        }
        return false;
      case Way::vanish: before_vanishing_(); return false;
      case Way::forward:
      case Way::garbage: break;
    }
    return give(client, answer);
  }

  bool give(const PeerSession& client, std::string_view text) {
    const bool whole = client.send(text);
    if (whole) sent_ += text.size();
    return whole;
  }

  static std::string some(int fd) {
    std::array<char, 4096> buffer{};
    const auto count = ::recv(fd, buffer.data(), buffer.size(), 0);
    return {buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
  }

  static std::string noise() {
    std::string text;
    for (std::uint32_t i = 1; i <= 4096; ++i) text += static_cast<char>((i * 2654435761u) >> 24);
    return text;
  }

  const std::uint16_t server_;
  std::atomic<Way> way_ = Way::forward;
  const std::function<void()> before_vanishing_;
  std::atomic<std::size_t> sent_ = 0;
  ScriptedPeer peer_{[this](const PeerSession& client) { serve(client); }};
};

}  // namespace vitals_test
