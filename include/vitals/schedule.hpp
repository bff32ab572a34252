#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <optional>

#include <vitals/clock.hpp>
#include <vitals/export.hpp>

namespace vitals::inline v1 {

/// Options of every().
struct EveryOptions {
  /// The interval while the check fails, 1 ms to the ordinary interval; none: the ordinary interval.
  std::optional<Duration> while_failing = std::nullopt;
};

/// When a check runs. Made by on_demand() and every().
///
/// @code
/// health.add_readiness_check("queue", check, {.schedule = vitals::every(5s, {.while_failing = 1s})});
/// @endcode
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class Schedule {
 public:
  enum class Kind { on_demand, every };

  [[nodiscard]] constexpr Kind kind() const noexcept { return kind_; }
  /// every: the time from start to start. on_demand: none.
  [[nodiscard]] constexpr std::optional<Duration> interval() const noexcept { return only(Kind::every); }
  /// on_demand: the greatest age of a result that still answers a probe. every: none.
  [[nodiscard]] constexpr std::optional<Duration> max_age() const noexcept { return only(Kind::on_demand); }
  /// every: the interval while the check fails, if it has one of its own. on_demand: none.
  [[nodiscard]] constexpr std::optional<Duration> while_failing() const noexcept { return while_failing_; }

  friend constexpr bool operator==(const Schedule& a, const Schedule& b) noexcept = default;
  friend constexpr Schedule on_demand(Duration max_age) noexcept;
  friend constexpr Schedule every(Duration interval, EveryOptions options) noexcept;

 private:
  constexpr Schedule(Kind kind, Duration period, std::optional<Duration> while_failing) noexcept
      : kind_{kind}, period_{period}, while_failing_{while_failing} {}
  [[nodiscard]] constexpr std::optional<Duration> only(Kind kind) const noexcept {
    return kind_ == kind ? std::optional{period_} : std::nullopt;
  }

  Kind kind_;
  Duration period_;  // the interval, or the maximum age
  std::optional<Duration> while_failing_;
};

/// Runs the check when a probe asks and the last result is older than `max_age` (0 to 1 h). Probes that arrive during
/// the run share it. If no probe asks, the Runner repeats the check after half the time in which it goes stale.
[[nodiscard]] constexpr Schedule on_demand(Duration max_age = std::chrono::seconds{1}) noexcept {
  return {Schedule::Kind::on_demand, max_age, std::nullopt};
}

/// Runs the check in the background every `interval` (1 ms to 24 h, from start to start, with 10 % jitter either way).
/// Probes never start a run. Missed turns are skipped.
[[nodiscard]] constexpr Schedule every(Duration interval, EveryOptions options = {}) noexcept {
  return {Schedule::Kind::every, interval, options.while_failing};
}

}  // namespace vitals::inline v1

#endif
