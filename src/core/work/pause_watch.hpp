#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

/// Detects that the process was paused (SIGSTOP, a suspended machine): its timer is more than a second late. All times
/// are by the system's clock.
///
/// @par Thread safety  has_paused() and watches() may be called by any thread, the rest only with the lock of the
/// RegistryState held.
class PauseWatch {
 public:
  static constexpr Duration longest_delay = std::chrono::seconds{1};  ///< A longer one is a pause.

  /// The timer is awake, or has just been notified, and waits until `wake`.
  void expect(SteadyTime wake, SteadyTime now) noexcept {
    awake_ = now;
    late_from_.store(counted(wake) > never - longest_delay.count() ? never : counted(wake + longest_delay),
                     std::memory_order_relaxed);
  }
  /// There is no timer, and no pause is detected.
  void rest() noexcept { late_from_.store(never, std::memory_order_relaxed); }

  /// The process was paused, and no transaction has handled that yet: earlier answers don't count.
  [[nodiscard]] bool has_paused(SteadyTime now) const noexcept {
    return counted(now) > late_from_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] bool watches() const noexcept { return late_from_.load(std::memory_order_relaxed) != never; }
  /// How long the process was paused at most, if it was. Each pause is returned once.
  [[nodiscard]] std::optional<Duration> take_pause(SteadyTime now) noexcept {
    if (!has_paused(now)) return std::nullopt;
    const auto since = now - awake_;
    expect(now, now);
    return since;
  }

 private:
  static constexpr Duration::rep never = Duration::max().count();
  [[nodiscard]] static constexpr Duration::rep counted(SteadyTime moment) noexcept {
    return moment.time_since_epoch().count();
  }

  std::atomic<Duration::rep> late_from_ = never;
  SteadyTime awake_ = {};  // when the timer was last seen awake
};

}  // namespace detail
}  // namespace vitals::inline v1
