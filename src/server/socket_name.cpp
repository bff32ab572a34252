#include "server/socket_name.hpp"

#include <cstddef>
#include <cstring>
#include <netinet/in.h>

namespace vitals::inline v1 {
namespace detail {

SocketName::SocketName(int fd) noexcept : size_{sizeof storage_} {
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage_), &size_) == 0 && size_ <= sizeof storage_) return;
  storage_ = {};
  size_ = 0;
}

std::uint16_t SocketName::port() const noexcept {
  if (family() != AF_INET && family() != AF_INET6) return 0;
  sockaddr_in v4{};
  std::memcpy(&v4, &storage_, sizeof v4);  // the port is at the same place in both families
  return ntohs(v4.sin_port);
}

bool SocketName::is_same(const SocketName& other) const noexcept {
  if (port() != 0) return port() == other.port();
  const bool has_name = family() == AF_UNIX && size_ > offsetof(sockaddr, sa_data);
  return has_name && size_ == other.size_ && std::memcmp(&storage_, &other.storage_, size_) == 0;
}

}  // namespace detail
}  // namespace vitals::inline v1
