#pragma once

#include <string>

#include "core/sources/instant.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Finds out where a heartbeat's thread is. Heartbeat::bind_to_this_thread() makes it; programs that don't call that
/// have no implementation linked.
///
/// `quiet_since` is the last sign of life, or when the limit began to count if that was later.
///
/// @par Thread safety  Shared objects: safe. look() and bind_to_this_thread() read files, so they are called without a
/// lock; add_to() and words() take only the watch's own mutex, which is never held for long.
class ThreadWatch {
 public:
  ThreadWatch() = default;
  ThreadWatch(const ThreadWatch&) = delete;
  ThreadWatch& operator=(const ThreadWatch&) = delete;
  virtual ~ThreadWatch() = default;

  /// From now on the watch is for the calling thread.
  virtual void bind_to_this_thread() = 0;
  /// Its mutexes may stay locked for ever in a child of fork().
  [[nodiscard]] virtual bool in_another_process() const noexcept = 0;

  /// Takes a look at the thread, if one is due.
  virtual void look(SteadyTime quiet_since, SteadyTime now) noexcept = 0;
  /// Adds to a reading when the next look is due, and to a failure what the last look saw.
  virtual void add_to(InstantReading& reading, SteadyTime quiet_since) const noexcept = 0;
  /// What the last look saw, in words. Empty if there was none since then.
  [[nodiscard]] virtual std::string words(SteadyTime quiet_since) const = 0;
};

}  // namespace detail
}  // namespace vitals::inline v1
