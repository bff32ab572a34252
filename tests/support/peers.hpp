#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>

#include "server/peer_address.hpp"

namespace vitals_test {

/// The peer with that IPv4 or IPv6 address, as accept() would return it; an exempt one if the text is neither.
inline vitals::detail::PeerAddress peer(const std::string& text, std::uint16_t port = 0) {
  sockaddr_storage address = {};
  sockaddr_in v4 = {};
  sockaddr_in6 v6 = {};
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&address, &v4, sizeof v4);
    return {address, sizeof v4};
  }
  if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) != 1) return {};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&address, &v6, sizeof v6);
  return {address, sizeof v6};
}

/// One of many peers, 10.x.y.z.
inline vitals::detail::PeerAddress numbered_peer(int number) {
  return peer("10." + std::to_string(number >> 16 & 255) + '.' + std::to_string(number >> 8 & 255) + '.' +
              std::to_string(number & 255));
}

}  // namespace vitals_test
