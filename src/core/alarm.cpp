#include "core/alarm.hpp"

#ifdef __linux__
#include <sys/timerfd.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <thread>

namespace vitals::inline v1 {
namespace detail {
namespace {

#ifdef __linux__

int create_timer() noexcept { return ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC); }

void close_timer(int timer) noexcept { ::close(timer); }

void set_timer(int timer, Alarm::Moment moment) noexcept {
  using namespace std::chrono_literals;
  const auto since_boot = std::max<std::chrono::nanoseconds>(moment.time_since_epoch(), 1ns);  // zero would be never
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
  itimerspec when = {};
  when.it_value.tv_sec = static_cast<std::time_t>(seconds.count());
  when.it_value.tv_nsec = static_cast<long>((since_boot - seconds).count());
  ::timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, nullptr);
}

void wait_for_timer(int timer) noexcept {
  std::uint64_t expirations = 0;
  while (::read(timer, &expirations, sizeof expirations) < 0) {
    if (errno == EINTR) continue;
    std::this_thread::sleep_for(std::chrono::milliseconds{100});  // somebody has closed it: at least it doesn't spin
    return;
  }
}

#else

int create_timer() noexcept { return -1; }
void close_timer(int) noexcept {}
void set_timer(int, Alarm::Moment) noexcept {}
void wait_for_timer(int) noexcept {}

#endif

}  // namespace

Alarm::Alarm() noexcept : timer_{create_timer()} {}

Alarm::~Alarm() {
  if (timer_ >= 0) close_timer(timer_);
}

void Alarm::set(Moment moment) noexcept {
  if (timer_ >= 0) return set_timer(timer_, moment);
  const std::lock_guard lock{mutex_};
  moment_ = moment;
  moved_.notify_one();
}

void Alarm::wait() noexcept {
  if (timer_ >= 0) return wait_for_timer(timer_);
  std::unique_lock lock{mutex_};
  while (std::chrono::steady_clock::now() < moment_) {
    const auto moment = moment_;  // wait_until() keeps a reference
    moved_.wait_until(lock, moment);
  }
}

}  // namespace detail
}  // namespace vitals::inline v1
