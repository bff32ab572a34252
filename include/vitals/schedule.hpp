#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <optional>

#include <vitals/clock.hpp>
#include <vitals/export.hpp>

namespace vitals::inline v1 {

/// How `every()` may differ from its plain form.
struct EveryOptions {
  /// The interval while the check fails, 1 ms up to the ordinary interval; none: the ordinary one.
  std::optional<Duration> while_failing = std::nullopt;
};

/// When a check runs. Made by on_demand() and every().
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class Schedule {
 public:
  enum class Kind { on_demand, every };

  [[nodiscard]] constexpr Kind kind() const noexcept { return kind_; }
  /// For on_demand the greatest age of a result that still answers a probe, for every the time from start to start.
  [[nodiscard]] constexpr Duration interval() const noexcept { return interval_; }
  /// For every: the interval while the check fails.
  [[nodiscard]] constexpr std::optional<Duration> while_failing() const noexcept { return while_failing_; }

  friend constexpr bool operator==(const Schedule& a, const Schedule& b) noexcept = default;
  friend constexpr Schedule on_demand(Duration max_age) noexcept;
  friend constexpr Schedule every(Duration interval, EveryOptions options) noexcept;

 private:
  constexpr Schedule(Kind kind, Duration interval, std::optional<Duration> while_failing) noexcept
      : kind_{kind}, interval_{interval}, while_failing_{while_failing} {}

  Kind kind_;
  Duration interval_;
  std::optional<Duration> while_failing_;
};

/// A probe starts the run, unless a result younger than `max_age` (0 to 1 h) is there; probes that arrive meanwhile
/// share that run. If nobody asks, the Runner repeats it at half the stale bound.
[[nodiscard]] constexpr Schedule on_demand(Duration max_age = std::chrono::seconds{1}) noexcept {
  return {Schedule::Kind::on_demand, max_age, std::nullopt};
}

/// The Runner starts a run each `interval` (1 ms to 24 h, from start to start, 10 % of jitter either way); probes never
/// start one. Turns that are missed are skipped.
[[nodiscard]] constexpr Schedule every(Duration interval, EveryOptions options = {}) noexcept {
  return {Schedule::Kind::every, interval, options.while_failing};
}

}  // namespace vitals::inline v1

#endif
