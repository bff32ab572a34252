#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

/// Which arrivals of one signal are requests.
///
/// timeout(1) and shells send a signal to a process and to its group, which may be the same process: the same signal
/// again within 100 ms of the one that counted is the same request.
///
/// @par Thread safety  Shared objects: safe, lock-free and async-signal-safe.
class SignalRequests {
 public:
  static constexpr Duration same_request = std::chrono::milliseconds{100};

  /// Whether a signal that arrives `now` counts, if the last one that did arrived at `counted`. Handlers on several
  /// threads may read the clock in another order than they run in.
  static constexpr bool counts(SteadyTime counted, SteadyTime now) noexcept {
    return counted == never || now >= counted + same_request;
  }

  /// True if the arrival is a request: exactly one of several at a time is.
  bool count(SteadyTime now) noexcept {
    auto counted = counted_.load();
    while (counts(time_of(counted), now))
      if (counted_.compare_exchange_weak(counted, now.time_since_epoch().count())) return true;
    return false;
  }
  /// When the last request arrived.
  [[nodiscard]] SteadyTime counted() const noexcept { return time_of(counted_.load()); }
  /// The next arrival counts.
  void reset() noexcept { counted_.store(never.time_since_epoch().count()); }

  static constexpr SteadyTime never = SteadyTime::min();

 private:
  static constexpr SteadyTime time_of(std::int64_t count) noexcept { return SteadyTime{Duration{count}}; }
  static_assert(std::atomic<std::int64_t>::is_always_lock_free);

  std::atomic<std::int64_t> counted_ = never.time_since_epoch().count();
};

}  // namespace detail
}  // namespace vitals::inline v1
