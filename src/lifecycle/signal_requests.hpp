#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

/// Decides which arrivals of one signal count as requests.
///
/// timeout(1) and shells may send one request twice, to a process and to its group: the same signal within 100 ms of
/// the one that counted is the same request.
///
/// @par Thread safety  Shared objects: safe, lock-free and async-signal-safe.
class SignalRequests {
 public:
  static constexpr Duration same_request = std::chrono::milliseconds{100};

  /// Whether a signal that arrives `now` counts, if the last one that did arrived at `counted`. `now` may be earlier:
  /// handlers on several threads may read the clock in another order than they run in.
  static constexpr bool counts(SteadyTime counted, SteadyTime now) noexcept {
    return counted == never || now >= counted + same_request;
  }

  /// True if the arrival is a request. Of several at a time exactly one is.
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
