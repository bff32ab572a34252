#include "systemd/notify_socket.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>
#include <unistd.h>

#include "core/base/own_descriptor.hpp"
#include "core/base/text.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

[[noreturn]] void refuse(int error, const std::string& address, const char* why) {
  throw std::system_error{error, std::generic_category(),
                          "vitals: NOTIFY_SOCKET is \"" + safe_text(address, 200) + "\": " + why};
}

}  // namespace

// The size of an address counts no terminating NUL, which an abstract name would have as a part of it.
NotifySocket::NotifySocket(const std::string& address) {
  const bool abstract = address.starts_with('@');
  if (!abstract && !address.starts_with('/'))
    refuse(EAFNOSUPPORT, address, "it must be an absolute path or an abstract name");
  if (address.size() > sizeof name_.sun_path - (abstract ? 0 : 1)) refuse(ENAMETOOLONG, address, "it is too long");
  name_.sun_family = AF_UNIX;
  std::memcpy(name_.sun_path, address.data(), address.size());
  if (abstract) name_.sun_path[0] = '\0';
  name_size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
  fd_ = own_descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd_ < 0) refuse(errno, address, "can't create a socket");
}

NotifySocket::~NotifySocket() { ::close(fd_); }

bool NotifySocket::send(std::string_view text) const noexcept {
  const auto sent = ::sendto(fd_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&name_), name_size_);
  if (sent >= 0) return true;
  return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR && errno != ENOBUFS && errno != ENOMEM;
}

}  // namespace detail
}  // namespace vitals::inline v1
