#include "server/listen_end.hpp"

#include <sys/socket.h>
#include <utility>

#include "server/descriptor.hpp"
#include "server/socket_file.hpp"
#include "server/sockets.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// Those who wait in the queue of a UNIX socket aren't told by shutdown(), but by its last copy that is closed.
void refuse_waiting(int fd) noexcept {
  for (int i = 0; i < SOMAXCONN; ++i) {
    sockaddr_storage peer = {};
    socklen_t size = sizeof peer;
    if (const Descriptor waiting{accept_connection(fd, peer, size)}; !waiting) return;
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
  refuse_waiting(fd);
  if (file_) file_->remove();
}

LockCopy ListenEnd::lock_copy() const noexcept { return file_ ? file_->lock_copy() : LockCopy{}; }

}  // namespace detail
}  // namespace vitals::inline v1
