#include "server/listen_socket.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <unistd.h>

#include "core/base/text.hpp"
#include "server/activation.hpp"
#include "server/cant_listen.hpp"
#include "server/sockets.hpp"
#include "server/unix_socket.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// In bytes; room for the longest "systemd:NAME".
constexpr std::size_t longest_name = 300;

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] int family() const noexcept { return storage.ss_family; }
};

template <class Native>
SocketAddress socket_address(const Native& native) noexcept {
  SocketAddress address;
  std::memcpy(&address.storage, &native, sizeof native);
  address.size = sizeof native;
  return address;
}

std::optional<SocketAddress> parse(const std::string& text, std::uint16_t port) noexcept {
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return socket_address(v4);
  }
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    return socket_address(v6);
  }
  return std::nullopt;
}

bool is_any_v6(const SocketAddress& address) noexcept {
  if (address.family() != AF_INET6) return false;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address.storage, sizeof v6);
  return IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr);
}

/// The errors of a kernel without IPv6, and of one where it is disabled.
bool means_no_ipv6(const std::error_code& error) noexcept {
  return error == std::errc::address_family_not_supported || error == std::errc::address_not_available;
}

/// False if it can't be found out.
bool has_syn_cookies(const std::string& setting) noexcept {
  const Descriptor file{own_descriptor(::open(setting.c_str(), O_RDONLY | O_CLOEXEC))};
  char value = '0';
  return file && ::read(file.get(), &value, 1) == 1 && value != '0';
}

bool set_option(int fd, int level, int name, int value) noexcept {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

ListenSocket open(const SocketAddress& address, std::error_code& error, const SocketCalls& calls) {
  const auto failed = [&error] {
    error.assign(errno, std::system_category());
    return ListenSocket{};
  };
  error.clear();
  Descriptor descriptor{configured(own_descriptor(calls.socket(address.family(), stream_socket_type, IPPROTO_TCP)))};
  if (!descriptor) return failed();
  const int fd = descriptor.get();
  // Connections of an earlier server may still be in TIME_WAIT.
  if (!set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1)) return failed();
  if (address.family() == AF_INET6 && !set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0)) return failed();
  // Accepted connections inherit it: an answer isn't held back until the one before is acknowledged.
  if (!set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1)) return failed();
  // A connection whose accept is deferred stays in the SYN queue. Without SYN cookies, silent connections would fill it
  // and keep probes out.
  if (has_syn_cookies(calls.syn_cookies)) defer_accept(fd);
  if (calls.bind(fd, address.get(), address.size) != 0) return failed();
  if (::listen(fd, SOMAXCONN) != 0) return failed();
  const auto port = SocketName{fd}.port();
  return {.descriptor = std::move(descriptor), .family = address.family(), .port = port};
}

}  // namespace

bool is_numeric_address(const std::string& address) noexcept {
  return address.find('\0') == std::string::npos && parse(address, 0).has_value();
}

ListenTraces ListenSocket::traces() const noexcept {
  return {.name = SocketName{descriptor.get()}, .lock = end.lock_copy()};
}

std::string server_name(const std::string& address, std::uint16_t port) {
  if (!is_numeric_address(address)) return safe_text(address, longest_name);
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

ListenSocket open_listen_socket(const std::string& address, std::uint16_t port, std::error_code& error,
                                const SocketCalls& calls) {
  const auto wanted = parse(address, port);
  if (!wanted) {
    error = std::make_error_code(std::errc::invalid_argument);
    return {};
  }
  auto socket = open(*wanted, error, calls);
  if (error && is_any_v6(*wanted) && means_no_ipv6(error)) socket = open(*parse("0.0.0.0", port), error, calls);
  return socket;
}

ListenSocket listen_or_throw(const HealthServerOptions& options) {
  if (is_unix_address(options.address)) return open_unix_socket(options.address, options.unix_mode);
  if (is_activation_address(options.address)) return inherit_socket(options.address);
  std::error_code error;
  auto socket = open_listen_socket(options.address, options.port, error);
  if (error) cant_listen(server_name(options.address, options.port), error.value());
  return socket;
}

}  // namespace detail
}  // namespace vitals::inline v1
