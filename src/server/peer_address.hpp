#pragma once

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>

namespace vitals::inline v1 {
namespace detail {

/// The address of a remote peer without its port. IPv4 addresses are mapped to IPv6, so that both forms are equal.
///
/// Loopback addresses, UNIX sockets and unknown families are exempt: a sidecar or a local proxy has many connections
/// because it carries those of all clients.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class PeerAddress {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  /// An exempt one.
  PeerAddress() noexcept = default;
  /// @param address  From accept() or getpeername().
  /// @param size     From the same call.
  PeerAddress(const sockaddr_storage& address, socklen_t size) noexcept {
    if (address.ss_family == AF_INET && size >= sizeof(sockaddr_in)) {
      sockaddr_in v4;
      std::memcpy(&v4, &address, sizeof v4);
      bytes_ = mapped_prefix;
      std::memcpy(&bytes_[mapped_size], &v4.sin_addr, sizeof v4.sin_addr);
    } else if (address.ss_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
      sockaddr_in6 v6;
      std::memcpy(&v6, &address, sizeof v6);
      std::memcpy(bytes_.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    } else {
      if (address.ss_family == AF_UNIX) kind_ = Kind::unix_socket;
      return;
    }
    kind_ = is_loopback() ? Kind::loopback : Kind::other_machine;
  }

  [[nodiscard]] bool is_exempt() const noexcept { return kind_ != Kind::other_machine; }
  /// As in HttpRequest::remote_address.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }
  [[nodiscard]] bool is_v4() const noexcept {
    return std::equal(mapped_prefix.begin(), mapped_prefix.begin() + mapped_size, bytes_.begin());
  }

  friend bool operator==(const PeerAddress& a, const PeerAddress& b) noexcept = default;

 private:
  static constexpr Bytes mapped_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  static constexpr std::size_t mapped_size = 12;  ///< Of the prefix.
  static constexpr Bytes loopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

  [[nodiscard]] bool is_loopback() const noexcept { return is_v4() ? bytes_[mapped_size] == 127 : bytes_ == loopback; }

  Bytes bytes_ = {};
  enum class Kind : std::uint8_t { unknown, unix_socket, loopback, other_machine } kind_ = Kind::unknown;
};

inline std::string PeerAddress::text() const {
  if (kind_ == Kind::unix_socket) return "unix:";
  if (kind_ == Kind::unknown) return {};
  std::array<char, INET6_ADDRSTRLEN> text = {};
  const void* const address = is_v4() ? &bytes_[mapped_size] : bytes_.data();
  return ::inet_ntop(is_v4() ? AF_INET : AF_INET6, address, text.data(), text.size()) != nullptr ? text.data() : "";
}

}  // namespace detail
}  // namespace vitals::inline v1
