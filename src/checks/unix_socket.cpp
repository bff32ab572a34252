#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <utility>

#include <vitals/checks/unix_socket.hpp>

#include "checks/exchange_options.hpp"

namespace vitals::inline v1 {
namespace checks {
namespace {

/// Tried again while the queue of connections is full: the kernel says that at once, and has no event for a free place.
detail::Connected connect_to(const std::string& path, const detail::RunLimit& limit) {
  constexpr std::chrono::milliseconds turn{10};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path);
  const bool is_abstract = path.front() == '@';
  if (is_abstract) address.sun_path[0] = '\0';
  const auto size = offsetof(sockaddr_un, sun_path) + path.size() + (is_abstract ? 0 : 1);
  for (;;) {
    detail::StreamSocket socket{AF_UNIX};
    if (::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size)) == 0)
      return {.socket = std::move(socket), .peer = "the server"};
    if (errno != EAGAIN) return {.error = std::generic_category().message(errno)};
    if (limit.pause(turn) != detail::RunLimit::Wake::ready)
      return {.error = "the server doesn't accept connections: " + limit.message()};
  }
}

}  // namespace

UnixSocket::UnixSocket(Text path, TcpOptions options) : path_{std::string_view{path}}, options_{std::move(options)} {
  if (path_.empty() || path_ == "@" || path_.size() >= sizeof sockaddr_un{}.sun_path || path_.find('\0') != path_.npos)
    throw std::invalid_argument{"vitals: UnixSocket: the path must have 1 to 107 bytes and no NUL"};
  detail::require_exchange("UnixSocket", options_);
}

CheckResult UnixSocket::operator()(const CheckContext& context) const {
  const detail::RunLimit limit{context};
  return detail::result_of(path_, connect_to(path_, limit), options_, limit);
}

}  // namespace checks
}  // namespace vitals::inline v1
