#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

/// Notices that the process stood still (SIGSTOP, a paused machine): its timer is late by more than a second. All times
/// are the system's.
///
/// @par Thread safety  has_paused() may be called by any thread; the rest by who holds the lock of the RegistryState.
class PauseWatch {
 public:
  static constexpr Duration longest_delay = std::chrono::seconds{1};  ///< What is longer is a pause.

  /// The timer is awake, or has just been told, and sleeps until `wake`.
  void expect(SteadyTime wake, SteadyTime now) noexcept {
    awake_ = now;
    late_from_.store(counted(wake) > never - longest_delay.count() ? never : counted(wake + longest_delay),
                     std::memory_order_relaxed);
  }
  /// There is no timer, and no pause will be noticed.
  void rest() noexcept { late_from_.store(never, std::memory_order_relaxed); }

  /// The process has stood still, and nobody has done yet what that asks for: nothing from before counts.
  [[nodiscard]] bool has_paused(SteadyTime now) const noexcept {
    return counted(now) > late_from_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] bool watches() const noexcept { return late_from_.load(std::memory_order_relaxed) != never; }
  /// For how long it has stood still at most, if it has. A pause is told once.
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
