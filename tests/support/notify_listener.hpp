#pragma once

#include <array>
#include <cstddef>
#include <cstdlib>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include "support/program.hpp"

namespace vitals_test {

/// A service manager's end of the notify protocol. NOTIFY_SOCKET names it while it lives.
class NotifyListener {
 public:
  enum class Kind { path, abstract };

  explicit NotifyListener(Kind kind = Kind::path) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    socklen_t size = sizeof name.sun_family;  // the system chooses an abstract name
    if (kind == Kind::path) {
      address_ = folder_.path() / "notify";
      size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.copy(name.sun_path, 100) + 1);
    }
    if (fd_ < 0 || ::bind(fd_, reinterpret_cast<const sockaddr*>(&name), size) != 0)
      throw std::runtime_error{"can't bind a notify socket"};
    if (kind == Kind::abstract) {
      size = sizeof name;
      ::getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &size);
      address_ = "@" + std::string{name.sun_path + 1, size - offsetof(sockaddr_un, sun_path) - 1};
    }
    ::setenv("NOTIFY_SOCKET", address_.c_str(), 1);
  }
  NotifyListener(const NotifyListener&) = delete;
  NotifyListener& operator=(const NotifyListener&) = delete;
  ~NotifyListener() {
    ::close(fd_);
    ::unsetenv("NOTIFY_SOCKET");
  }

  [[nodiscard]] const std::string& address() const noexcept { return address_; }

  /// The datagrams that have arrived since the last call.
  std::vector<std::string> received() {
    std::vector<std::string> all;
    std::array<char, 8192> buffer{};
    for (;;) {
      const auto size = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (size < 0) return all;
      all.emplace_back(buffer.data(), static_cast<std::size_t>(size));
    }
  }

  /// Waits for a datagram that contains `text`, for at most 30 s. Those that came before it are dropped.
  bool await(const std::string& text) {
    std::array<char, 8192> buffer{};
    pollfd ready{fd_, POLLIN, 0};
    while (::poll(&ready, 1, 30'000) > 0) {
      const auto size = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (size >= 0 && std::string(buffer.data(), static_cast<std::size_t>(size)).find(text) != std::string::npos)
        return true;
    }
    return false;
  }

 private:
  const TemporaryFolder folder_;
  std::string address_;
  int fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

}  // namespace vitals_test
