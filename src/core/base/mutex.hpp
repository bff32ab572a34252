#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

// Annotations that clang checks under -Wthread-safety:
// https://clang.llvm.org/docs/ThreadSafetyAnalysis.html

#ifdef __clang__
#define VITALS_THREADS(attribute) __attribute__((attribute))
#else
#define VITALS_THREADS(attribute)
#endif
/// May be accessed only while `mutex` is held.
#define VITALS_GUARDED_BY(mutex) VITALS_THREADS(guarded_by(mutex))
/// May be called only while `mutex` is held.
#define VITALS_REQUIRES(mutex) VITALS_THREADS(requires_capability(mutex))

namespace vitals::inline v1 {
namespace detail {

/// A std::mutex with clang's annotations.
class VITALS_THREADS(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  /// Asserts to clang that the calling thread holds the mutex, where its analysis can't see that.
  void is_held() const noexcept VITALS_THREADS(assert_capability(this)) {}

  [[nodiscard]] std::mutex& native() const noexcept { return mutex_; }

 private:
  mutable std::mutex mutex_;
};

/// Holds a Mutex while it lives, except between unlock() and lock().
class VITALS_THREADS(scoped_lockable) Lock {
 public:
  explicit Lock(const Mutex& mutex) VITALS_THREADS(acquire_capability(mutex)) : lock_{mutex.native()} {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() VITALS_THREADS(release_capability()) = default;

  void lock() VITALS_THREADS(acquire_capability()) { lock_.lock(); }
  void unlock() VITALS_THREADS(release_capability()) { lock_.unlock(); }

  [[nodiscard]] std::unique_lock<std::mutex>& native() noexcept { return lock_; }

 private:
  std::unique_lock<std::mutex> lock_;
};

/// A condition variable for a Mutex. Waits may end early: recheck in a loop.
class WaitCondition {
 public:
  void wait(Lock& lock) { changed_.wait(lock.native()); }
  /// @returns False on timeout.
  bool wait_until(Lock& lock, std::chrono::steady_clock::time_point moment) {
    return changed_.wait_until(lock.native(), moment) == std::cv_status::no_timeout;
  }
  void notify_one() noexcept { changed_.notify_one(); }
  void notify_all() noexcept { changed_.notify_all(); }

 private:
  std::condition_variable changed_;
};

}  // namespace detail
}  // namespace vitals::inline v1
