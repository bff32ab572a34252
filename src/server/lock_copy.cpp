#include "server/lock_copy.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace vitals::inline v1 {
namespace detail {

void LockCopy::close() const noexcept {
  struct stat state = {};
  if (fd >= 0 && ::fstat(fd, &state) == 0 && FileId{state} == id) ::close(fd);
}

}  // namespace detail
}  // namespace vitals::inline v1
