#include "core/base/thread_files.hpp"

#ifdef __linux__

#include <array>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/own_descriptor.hpp"

namespace vitals::inline v1 {
namespace detail {

std::uint64_t this_thread_number() noexcept { return static_cast<std::uint64_t>(::syscall(SYS_gettid)); }

ThreadFile read_thread_file(std::uint64_t thread, const char* name) {
  const auto path = "/proc/self/task/" + std::to_string(thread) + "/" + name;
  const int fd = own_descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd < 0) return {.gone = errno == ENOENT};
  std::array<char, 1024> bytes;
  const auto size = ::read(fd, bytes.data(), bytes.size());
  const int error = errno;
  ::close(fd);
  if (size < 0) return {.gone = error == ESRCH};
  return {.text = {bytes.data(), static_cast<std::size_t>(size)}};
}

}  // namespace detail
}  // namespace vitals::inline v1

#else

namespace vitals::inline v1 {
namespace detail {

std::uint64_t this_thread_number() noexcept { return 0; }
ThreadFile read_thread_file(std::uint64_t, const char*) { return {}; }

}  // namespace detail
}  // namespace vitals::inline v1

#endif
