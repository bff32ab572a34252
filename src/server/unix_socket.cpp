#include "server/unix_socket.hpp"

#include <cerrno>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "core/base/own_descriptor.hpp"
#include "server/cant_listen.hpp"
#include "server/socket_file.hpp"
#include "server/sockets.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::string_view unix_scheme = "unix:";

/// As getsockname() returns it: a path ends with a NUL, an abstract name doesn't.
UnixAddress unix_address(std::string_view text) noexcept {
  UnixAddress address;
  address.native.sun_family = AF_UNIX;
  text.copy(address.native.sun_path, text.size());
  const bool is_abstract = text.front() == '@';
  if (is_abstract) address.native.sun_path[0] = '\0';
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size() + (is_abstract ? 0 : 1));
  return address;
}

}  // namespace

bool is_unix_address(const std::string& address) noexcept { return address.starts_with(unix_scheme); }

std::optional<UnixAddress> parse_unix_address(const std::string& address) noexcept {
  if (!is_unix_address(address) || address.find('\0') != std::string::npos) return std::nullopt;
  const auto text = std::string_view{address}.substr(unix_scheme.size());
  if (text.size() < 2) return std::nullopt;
  const bool is_abstract = text.front() == '@';
  if (!is_abstract && (text.front() != '/' || text.back() == '/')) return std::nullopt;
  if (text.size() > max_unix_path + (is_abstract ? 1 : 0)) return std::nullopt;
  return unix_address(text);
}

ListenSocket open_unix_socket(const std::string& address, unsigned mode) {
  const auto name = server_name(address, 0);
  const auto wanted = parse_unix_address(address);
  if (!wanted) cant_listen(name, EINVAL);
  Descriptor descriptor{configured(own_descriptor(::socket(AF_UNIX, stream_socket_type, 0)))};
  if (!descriptor) cant_listen(name, errno);
  ListenEnd end;
  if (wanted->is_abstract()) {
    if (::bind(descriptor.get(), reinterpret_cast<const sockaddr*>(&wanted->native), wanted->size) != 0)
      cant_listen(name, errno);
  } else {
    auto file = std::make_unique<SocketFile>(name, wanted->native);
    file->bind(descriptor.get(), static_cast<mode_t>(mode));
    end = ListenEnd{std::move(file)};
  }
  // Last: before listen() no client can connect, whatever the file's mode.
  if (::listen(descriptor.get(), SOMAXCONN) != 0) cant_listen(name, errno);
  return {.descriptor = std::move(descriptor), .family = AF_UNIX, .port = 0, .end = std::move(end)};
}

}  // namespace detail
}  // namespace vitals::inline v1
