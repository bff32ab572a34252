#pragma once

#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>

namespace vitals::inline v1 {
namespace detail {

/// The socket that a service manager listens on.
class NotifySocket {
 public:
  /// @param address  As in NOTIFY_SOCKET: an absolute path, or "@" and an abstract name.
  /// @throws std::system_error
  explicit NotifySocket(const std::string& address);
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket();

  /// Sends one datagram. Doesn't block, and doesn't raise SIGPIPE.
  /// @returns False if the manager can't take it now. Other errors are ignored: there is no receiver.
  [[nodiscard]] bool send(std::string_view text) const noexcept;

 private:
  sockaddr_un name_ = {};
  socklen_t name_size_ = 0;
  int fd_;
};

}  // namespace detail
}  // namespace vitals::inline v1
