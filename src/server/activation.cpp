#include "server/activation.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/own_descriptor.hpp"
#include "core/base/text.hpp"
#include "server/cant_listen.hpp"
#include "server/descriptor.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::string_view systemd_scheme = "systemd:";
constexpr int first_inherited = 3;  // SD_LISTEN_FDS_START
constexpr std::string_view default_name = "unknown";
constexpr std::size_t longest_quotation = 200;

std::string quoted(std::string_view text) { return "\"" + safe_text(text, longest_quotation) + "\""; }

/// @returns -1 unless it is a number greater than 0.
long number_of(std::string_view text) noexcept {
  long number = -1;
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && rest == end && number > 0 ? number : -1;
}

int inherited_count(const std::string& server) {
  const char* pid = std::getenv("LISTEN_PID");
  const char* count = std::getenv("LISTEN_FDS");
  if (pid == nullptr || count == nullptr)
    cant_listen(server, ENXIO,
                std::string{pid == nullptr ? "LISTEN_PID" : "LISTEN_FDS"} +
                    " isn't set: the process wasn't started with sockets");
  if (number_of(pid) != ::getpid())
    cant_listen(
        server, ENXIO,
        "the sockets are for another process: LISTEN_PID is " + quoted(pid) + ", not " + std::to_string(::getpid()));
  const auto number = number_of(count);
  if (number < 0 || number > INT_MAX - first_inherited) cant_listen(server, EINVAL, "LISTEN_FDS is " + quoted(count));
  return static_cast<int>(number);
}

int index_of(std::string_view name, std::string_view names, int count, const std::string& server) {
  const auto named = std::count(names.begin(), names.end(), ':') + 1;
  if (named != count)
    cant_listen(server, EINVAL,
                "LISTEN_FDNAMES is " + quoted(names) + ", which doesn't name " + std::to_string(count) + " sockets");
  auto rest = names;
  for (int i = 0; i < count; ++i) {
    const auto end = std::min(rest.find(':'), rest.size());
    if (rest.substr(0, end) == name) return i;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  cant_listen(server, ENXIO, "no socket has that name: LISTEN_FDNAMES is " + quoted(names));
}

/// @returns The number of the descriptor.
int find_inherited(std::string_view name, const std::string& server) {
  const int count = inherited_count(server);
  if (const char* names = std::getenv("LISTEN_FDNAMES"); names != nullptr)
    return first_inherited + index_of(name, names, count, server);
  if (name != default_name)
    cant_listen(server, ENXIO, "LISTEN_FDNAMES isn't set, and without it the name is \"unknown\"");
  return first_inherited;
}

/// @returns -1 and sets errno on failure.
int socket_option(int fd, int name) noexcept {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

void must_listen(int fd, const std::string& server) {
  const auto which = "descriptor " + std::to_string(fd);
  const int type = socket_option(fd, SO_TYPE);
  if (type < 0) cant_listen(server, errno, which + " is no open socket");
  if (type != SOCK_STREAM) cant_listen(server, EPROTOTYPE, which + " is no stream socket");
  const int family = SocketName{fd}.family();
  if (family != AF_INET && family != AF_INET6 && family != AF_UNIX)
    cant_listen(server, EAFNOSUPPORT, which + " is neither a TCP nor a UNIX socket");
  if (socket_option(fd, SO_ACCEPTCONN) != 1)
    cant_listen(server, EINVAL, which + " doesn't listen; its socket unit needs Accept=no");
}

bool make_non_blocking(int fd) noexcept {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

}  // namespace

bool is_activation_address(const std::string& address) noexcept { return address.starts_with(systemd_scheme); }

bool is_valid_activation_address(const std::string& address) noexcept {
  if (!is_activation_address(address)) return false;
  const auto name = std::string_view{address}.substr(systemd_scheme.size());
  return !name.empty() && name.size() <= max_activation_name &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~' && c != ':'; });
}

ListenSocket inherit_socket(const std::string& address) {
  const auto server = server_name(address, 0);
  const int inherited = find_inherited(std::string_view{address}.substr(systemd_scheme.size()), server);
  must_listen(inherited, server);
  Descriptor descriptor{::fcntl(inherited, F_DUPFD_CLOEXEC, first_own_descriptor)};
  if (!descriptor || !make_non_blocking(descriptor.get())) cant_listen(server, errno);
  const SocketName name{descriptor.get()};
  // Accepted connections inherit it, as from our own listeners. Deferring accept is left to the socket unit
  // (DeferAcceptSec=).
  if (const int on = 1; name.family() != AF_UNIX)
    (void)::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return {.descriptor = std::move(descriptor),
          .family = name.family(),
          .port = name.port(),
          .end = ListenEnd::of_inherited()};
}

}  // namespace detail
}  // namespace vitals::inline v1
