#include "core/base/own_descriptor.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace vitals::inline v1 {
namespace detail {

int moved_to_own_number(int fd) noexcept {
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, first_own_descriptor);
  const int error = errno;
  ::close(fd);
  errno = error;
  return moved;
}

}  // namespace detail
}  // namespace vitals::inline v1
