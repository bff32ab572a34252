#include "server/socket_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "core/base/own_descriptor.hpp"
#include "server/cant_listen.hpp"
#include "server/sockets.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr mode_t all_permissions = 07777;

const sockaddr* generic(const sockaddr_un& address) noexcept { return reinterpret_cast<const sockaddr*>(&address); }

}  // namespace

SocketFile::SocketFile(std::string name, const sockaddr_un& address) : name_{std::move(name)}, address_{address} {
  owner_.claim();
  lock();
  free_path();
}

SocketFile::~SocketFile() { remove(); }

void SocketFile::lock() {
  const auto path = std::string{address_.sun_path} + ".lock";
  lock_ = Descriptor{own_descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600))};
  struct stat state = {};
  if (!lock_ || ::fstat(lock_.get(), &state) != 0) cant_listen(name_, errno, "can't open its lock file");
  lock_id_ = FileId{state};
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0) return;
  if (errno == EWOULDBLOCK) cant_listen(name_, EADDRINUSE, "another server holds its lock file");
  cant_listen(name_, errno, "can't lock its lock file");
}

void SocketFile::free_path() {
  struct stat state = {};
  if (::lstat(address_.sun_path, &state) != 0) return;  // no file; bind() reports any other error
  if (!S_ISSOCK(state.st_mode)) cant_listen(name_, ENOTSOCK, "the file isn't a socket");
  switch (const int error = connect()) {
    case ECONNREFUSED: return unlink_if(FileId{state});
    case 0:
    case EAGAIN:      // its queue of pending connections is full
    case EPROTOTYPE:  // a datagram socket
      cant_listen(name_, EADDRINUSE);
    default: cant_listen(name_, error, "can't find out whether another server listens there");
  }
}

int SocketFile::connect() const noexcept {
  const Descriptor client{configured(own_descriptor(::socket(AF_UNIX, stream_socket_type, 0)))};
  return client && ::connect(client.get(), generic(address_), sizeof address_) == 0 ? 0 : errno;
}

// On Linux the file gets the mode of the socket less the umask. (The umask itself is left alone: it belongs to the
// whole process.) On systems whose sockets have no mode, no client can connect before listen().
void SocketFile::bind(int fd, mode_t mode) {
  (void)::fchmod(fd, mode);
  if (::bind(fd, generic(address_), sizeof address_) != 0) cant_listen(name_, errno);
  set_mode(mode);
}

#ifdef O_PATH

// Changes the file that it has checked, even if another file has taken the path meanwhile.
void SocketFile::set_mode(mode_t mode) {
  const Descriptor file{own_descriptor(::open(address_.sun_path, O_PATH | O_NOFOLLOW | O_CLOEXEC))};
  struct stat state = {};
  if (!file || ::fstat(file.get(), &state) != 0) cant_listen(name_, errno, "can't find the new file");
  if (!S_ISSOCK(state.st_mode) || (state.st_mode & all_permissions & ~mode) != 0)
    cant_listen(name_, EADDRINUSE, "the new file was replaced");
  bound_ = FileId{state};
  if ((state.st_mode & all_permissions) == mode) return;
  const auto link = "/proc/self/fd/" + std::to_string(file.get());  // fchmod() doesn't take O_PATH descriptors
  if (::chmod(link.c_str(), mode) != 0) cant_listen(name_, errno, "can't set its mode (this needs /proc)");
}

#else

void SocketFile::set_mode(mode_t mode) {
  struct stat state = {};
  if (::lstat(address_.sun_path, &state) != 0) cant_listen(name_, errno, "can't find the new file");
  if (!S_ISSOCK(state.st_mode)) cant_listen(name_, EADDRINUSE, "the new file was replaced");
  bound_ = FileId{state};
  if ((state.st_mode & all_permissions) == mode) return;
  if (::fchmodat(AT_FDCWD, address_.sun_path, mode, AT_SYMLINK_NOFOLLOW) != 0)
    cant_listen(name_, errno, "can't set its mode");
}

#endif

void SocketFile::unlink_if(const FileId& id) const noexcept {
  struct stat state = {};
  if (::lstat(address_.sun_path, &state) == 0 && FileId{state} == id) ::unlink(address_.sun_path);
}

void SocketFile::remove() noexcept {
  if (owner_.is_another()) {
    (void)lock_.release();  // LockCopy closes it, if it is still the same file
    return;
  }
  if (bound_) unlink_if(*bound_);
  bound_.reset();
  if (!lock_) return;
  // Closing isn't enough: a copy in a child of fork() would keep the lock.
  ::flock(lock_.get(), LOCK_UN);
  lock_ = Descriptor{};
}

}  // namespace detail
}  // namespace vitals::inline v1
