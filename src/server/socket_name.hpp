#pragma once

#include <cstdint>
#include <sys/socket.h>

#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

/// What a listening socket and all that it accepts are called at this end: an IP port, the path of a UNIX socket or its
/// abstract name. Needs no allocation, so that a child of fork() may compare it.
class VITALS_EXPORT SocketName {
 public:
  /// The name of nothing.
  SocketName() noexcept = default;
  /// Asks the kernel. What isn't a socket has the name of nothing.
  explicit SocketName(int fd) noexcept;

  [[nodiscard]] int family() const noexcept { return storage_.ss_family; }
  /// 0 unless it is of IPv4 or IPv6.
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// False for two that have no name. Of IP addresses only the ports count: a listener on all of them accepts on each.
  [[nodiscard]] bool is_same(const SocketName& other) const noexcept;

 private:
  sockaddr_storage storage_ = {};
  socklen_t size_ = 0;
};

}  // namespace detail
}  // namespace vitals::inline v1
