#include "lifecycle/wake.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <system_error>
#include <unistd.h>

#include "core/base/own_descriptor.hpp"

namespace vitals::inline v1 {
namespace detail {

namespace {

/// Close-on-exec from the start, where the system can.
int open_pipe(int (&ends)[2]) noexcept {
#ifdef __linux__
  return ::pipe2(ends, O_CLOEXEC | O_NONBLOCK);
#else
  if (::pipe(ends) != 0) return -1;
  for (const int end : ends) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
  return 0;
#endif
}

/// Gives both ends numbers of our own. If that fails, closes them and keeps errno.
bool has_own_numbers(int (&ends)[2]) noexcept {
  for (int& end : ends) end = own_descriptor(end);
  if (ends[0] >= 0 && ends[1] >= 0) return true;
  const int error = errno;
  for (const int end : ends)
    if (end >= 0) ::close(end);
  errno = error;
  return false;
}

}  // namespace

Wake::Wake() { open(); }

void Wake::renew() {
  if (!owner_.is_another()) return;
  for (const int end : ends_) ::close(end);
  open();
}

void Wake::open() {
  owner_.claim();
  if (open_pipe(ends_) != 0 || !has_own_numbers(ends_))
    throw std::system_error{errno, std::system_category(), "vitals: Lifecycle: can't make a pipe"};
}

Wake::~Wake() {
  for (const int end : ends_) ::close(end);
}

void Wake::notify() noexcept {
  const int error = errno;  // of the code that a signal handler has interrupted
  const char byte = 0;
  [[maybe_unused]] const auto written = ::write(ends_[1], &byte, 1);  // a full pipe wakes, too
  errno = error;
}

void Wake::wait_for(Duration duration) noexcept {
  using std::chrono::milliseconds;
  constexpr milliseconds longest{60'000};
  const auto patience = std::clamp(std::chrono::ceil<milliseconds>(duration), milliseconds{0}, longest);
  pollfd waited{.fd = ends_[0], .events = POLLIN, .revents = 0};
  if (::poll(&waited, 1, static_cast<int>(patience.count())) <= 0) return;
  std::array<char, 64> bytes;
  while (::read(ends_[0], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size())) continue;
}

}  // namespace detail
}  // namespace vitals::inline v1
