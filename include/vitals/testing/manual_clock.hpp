#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>

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
/// @par Lifetime       Copies share the time; a registry that uses it may outlive it.
class ManualClock {
 public:
  /// Begins at an arbitrary steady time, and at 2026-01-01T00:00:00Z on the wall.
  ManualClock() : source_{std::make_shared<Source>()} {}

  /// Lets time pass, also on the wall clock. Starts no check: see HealthRegistry::run_due(). Runs that are
  /// ScriptedCheck::taking() time end when the clock gets there, one after another.
  /// @throws std::invalid_argument  if the duration is negative.
  void advance(Duration duration) {
    if (duration < Duration::zero()) throw std::invalid_argument{"vitals: ManualClock: time doesn't go back"};
    source_->advance(duration);
  }

  /// Makes the wall clock jump forwards or backwards and go on from there. Steady time doesn't change.
  void set_wall(WallTime time) { source_->wall_jump.store((time - source_->wall_without_jumps()).count()); }

  [[nodiscard]] SteadyTime now() const noexcept { return source_->steady_now(); }
  [[nodiscard]] WallTime wall_now() const noexcept { return source_->wall_now(); }

  operator Clock() const { return Clock{source_}; }

 private:
  friend class Kubelet;
  friend class ScriptedCheck;

  using Calls = std::multimap<SteadyTime, std::function<void()>>;

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
    void advance(Duration left) {
      std::unique_lock lock{mutex};
      while (true) {
        const auto until_call = calls.empty() ? left : calls.begin()->first - steady_now();
        const auto step = std::clamp(until_call, Duration::zero(), left);
        elapsed.fetch_add(step.count());
        left -= step;
        if (calls.empty() || calls.begin()->first > steady_now()) return;
        auto call = calls.extract(calls.begin());
        lock.unlock();  // it may read and move the clock
        call.mapped()();
        call = {};
        lock.lock();
      }
    }

    std::atomic<Duration::rep> elapsed = 0;
    std::atomic<Duration::rep> wall_jump = 0;
    mutable std::mutex mutex = {};  // guards the calls
    Calls calls = {};
  };

  /// advance() calls it once, when the clock gets there.
  void call_at(SteadyTime time, std::function<void()> call) const {
    const std::lock_guard lock{source_->mutex};
    source_->calls.emplace(time, std::move(call));
  }
  /// When the first such call is.
  [[nodiscard]] SteadyTime next_call() const {
    const std::lock_guard lock{source_->mutex};
    return source_->calls.empty() ? (SteadyTime::max)() : source_->calls.begin()->first;
  }

  std::shared_ptr<Source> source_;
};

}  // namespace test
}  // namespace vitals::inline v1

#endif
