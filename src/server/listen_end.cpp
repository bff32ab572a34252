#include "server/listen_end.hpp"

#include <sys/socket.h>
#include <utility>

#include "server/descriptor.hpp"
#include "server/socket_file.hpp"
#include "server/sockets.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// shutdown() doesn't end the pending connections of a UNIX socket: they would wait until its last copy is closed.
void refuse_pending(int fd) noexcept {
  for (int i = 0; i < SOMAXCONN; ++i) {
    sockaddr_storage peer = {};
    socklen_t size = sizeof peer;
    if (const Descriptor pending{accept_connection(fd, peer, size)}; !pending) return;
  }
}

}  // namespace

ListenEnd::ListenEnd() noexcept = default;
ListenEnd::ListenEnd(std::unique_ptr<SocketFile> file) noexcept : file_{std::move(file)} {}
ListenEnd::ListenEnd(ListenEnd&& other) noexcept = default;
ListenEnd& ListenEnd::operator=(ListenEnd&& other) noexcept = default;
ListenEnd::~ListenEnd() = default;

ListenEnd ListenEnd::of_inherited() noexcept {
  ListenEnd end;
  end.inherited_ = true;
  return end;
}

void ListenEnd::end(int fd) noexcept {
  if (inherited_ || fd < 0) return;
  ::shutdown(fd, SHUT_RDWR);
  refuse_pending(fd);
  if (file_) file_->remove();
}

LockCopy ListenEnd::lock_copy() const noexcept { return file_ ? file_->lock_copy() : LockCopy{}; }

}  // namespace detail
}  // namespace vitals::inline v1
