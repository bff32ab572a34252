#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace vitals::inline v1 {
namespace detail {

/// Wakes one thread at a moment that others may move meanwhile; where the kernel has timers to wait on, without waking
/// it for that. The one place where the core asks the system for more than the standard library has.
///
/// @par Thread safety  Shared objects: safe; one thread waits at a time.
class Alarm {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  Alarm() noexcept;
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  ~Alarm();

  /// Moves the moment, which at first is the longest time away.
  void set(Moment moment) noexcept;
  /// Returns when the moment that was set last has come; once for each that was set.
  void wait() noexcept;

 private:
  const int timer_;  // of the kernel; -1: there is none to be had, and then what follows
  std::mutex mutex_;
  std::condition_variable moved_;
  Moment moment_ = Moment::max();
};

}  // namespace detail
}  // namespace vitals::inline v1
