#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {

namespace test {

/// A clock that a test moves by hand: thresholds, staleness and heartbeats without a thread or a sleep.
///
/// @code
/// vitals::test::ManualClock clock;
/// vitals::HealthRegistry health{{.clock = clock}};
/// clock.advance(5s);
/// health.run_due();
/// @endcode
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
/// @par Lifetime       Copies share the time; a registry that goes by it may outlive it.
class ManualClock {
 public:
  /// Begins at an arbitrary steady time, and at 2026-01-01T00:00:00Z on the wall.
  ManualClock() : source_{std::make_shared<Source>()} {}

  /// Lets time pass, on the wall too. Nothing runs by it: see HealthRegistry::run_due().
  /// @throws std::invalid_argument  if the duration is negative.
  void advance(Duration duration) {
    if (duration < Duration::zero()) throw std::invalid_argument{"vitals: ManualClock: time doesn't go back"};
    source_->elapsed.fetch_add(duration.count());
  }

  /// Makes the wall clock jump, either way, and go on from there. Steady time doesn't notice.
  void set_wall(WallTime time) { source_->wall_jump.store((time - source_->wall_without_jumps()).count()); }

  [[nodiscard]] SteadyTime now() const noexcept { return source_->steady_now(); }
  [[nodiscard]] WallTime wall_now() const noexcept { return source_->wall_now(); }

  operator Clock() const { return Clock{source_}; }

 private:
  struct Source final : Clock::Source {
    [[nodiscard]] SteadyTime steady_now() const noexcept override {
      return SteadyTime{std::chrono::hours{1000}} + Duration{elapsed.load()};
    }
    [[nodiscard]] WallTime wall_now() const noexcept override {
      return wall_without_jumps() + Duration{wall_jump.load()};
    }
    [[nodiscard]] WallTime wall_without_jumps() const noexcept {
      return WallTime{std::chrono::seconds{1'767'225'600}} + Duration{elapsed.load()};
    }
    std::atomic<Duration::rep> elapsed = 0;
    std::atomic<Duration::rep> wall_jump = 0;
  };

  std::shared_ptr<Source> source_;
};

}  // namespace test
}  // namespace vitals::inline v1

#endif
