#pragma once

#include <cstdint>
#include <sys/socket.h>

#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

/// The local name that a listening socket and its accepted connections share: an IP port, the path of a UNIX socket or
/// its abstract name. Never allocates, so that a child of fork() may use it.
class VITALS_EXPORT SocketName {
 public:
  /// An empty name.
  SocketName() noexcept = default;
  /// Asks the kernel. Empty if `fd` isn't a socket.
  explicit SocketName(int fd) noexcept;

  [[nodiscard]] int family() const noexcept { return storage_.ss_family; }
  /// 0 unless the family is IPv4 or IPv6.
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Never true for an empty name. Compares only the ports of IP sockets, because connections of a listener on all
  /// addresses have different ones.
  [[nodiscard]] bool is_same(const SocketName& other) const noexcept;

 private:
  sockaddr_storage storage_ = {};
  socklen_t size_ = 0;
};

}  // namespace detail
}  // namespace vitals::inline v1
