#pragma once

#include <array>
#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/scripted_peer.hpp"

namespace vitals_test {

/// A proxy on a free port of 127.0.0.1 that passes each byte on in a segment of its own, in both directions.
class ByteProxy {
 public:
  explicit ByteProxy(std::uint16_t server) : server_{server} {}

  [[nodiscard]] std::uint16_t port() const noexcept { return peer_.port(); }

 private:
  void pass_on(const PeerSession& client) const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const PeerSession server{fd};
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      while (pass_one(client, server)) {
      }
    }
    ::close(fd);
  }
  /// Passes on a byte of each side that has one. False: a side has closed.
  static bool pass_one(const PeerSession& client, const PeerSession& server) {
    std::array fds{pollfd{client.fd(), POLLIN, 0}, pollfd{server.fd(), POLLIN, 0}};
    ::poll(fds.data(), fds.size(), -1);
    return (fds[0].revents == 0 || pass(client, server)) && (fds[1].revents == 0 || pass(server, client));
  }
  static bool pass(const PeerSession& from, const PeerSession& to) {
    const auto byte = from.read(1);
    return !byte.empty() && to.send(byte);
  }

  const std::uint16_t server_;
  const ScriptedPeer peer_{[this](const PeerSession& client) { pass_on(client); }};
};

}  // namespace vitals_test
