#include "checks/socket_limit.hpp"

#include <exception>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include "checks/quiet_thread.hpp"

namespace vitals::inline v1 {
namespace detail {

SocketLimit::~SocketLimit() {
  if (thread_.joinable()) {
    done_.signal();
    thread_.join();
  }
  if (watched_ >= 0) ::close(watched_);
}

void SocketLimit::watch(int socket) {
  const std::scoped_lock lock{mutex_};
  const int before = watched_;
  watched_ = socket < 0 ? -1 : ::fcntl(socket, F_DUPFD_CLOEXEC, 3);
  if (before >= 0) ::close(before);
  if (over_) shut_down();
  if (over_ || thread_.joinable()) return;
  try {
    thread_ = quiet_thread([this] { run(); });
  } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch)
    // Without the thread the loops of the run still end in time; only the read of a single huge message doesn't.
  }
}

void SocketLimit::abandon() {
  const std::scoped_lock lock{mutex_};
  reset_when_closed();
}

void SocketLimit::run() {
  try {
    if (limit_.wait(done_.fd(), POLLIN) == RunLimit::Wake::ready) return;
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
    // Must not leave the thread. If waiting fails, the limit counts as over.
  }
  const std::scoped_lock lock{mutex_};
  over_ = true;
  shut_down();
}

/// In both directions, so that the kernel refuses further bytes from the peer.
void SocketLimit::shut_down() {
  reset_when_closed();
  if (watched_ >= 0) ::shutdown(watched_, SHUT_RDWR);
}

/// Otherwise a server that is blocked in sending may learn only a minute later that its client has gone.
void SocketLimit::reset_when_closed() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  if (watched_ >= 0) ::setsockopt(watched_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace detail
}  // namespace vitals::inline v1
