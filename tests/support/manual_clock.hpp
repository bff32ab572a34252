#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include <vitals/clock.hpp>

namespace vitals::test {

/// A clock that a test moves by hand. Copies share the time; a registry that goes by it may outlive it.
class ManualClock {
 public:
  /// Begins at an arbitrary steady time, and at 2026-01-01T00:00:00Z on the wall.
  ManualClock() : source_{std::make_shared<Source>()} {}

  void advance(Duration duration) { source_->elapsed.fetch_add(duration.count()); }
  [[nodiscard]] SteadyTime now() const { return source_->steady_now(); }

  operator Clock() const { return Clock{source_}; }

 private:
  struct Source final : Clock::Source {
    [[nodiscard]] SteadyTime steady_now() const noexcept override {
      return SteadyTime{std::chrono::hours{1000}} + Duration{elapsed.load()};
    }
    [[nodiscard]] WallTime wall_now() const noexcept override {
      return WallTime{std::chrono::seconds{1'767'225'600}} + Duration{elapsed.load()};
    }
    std::atomic<Duration::rep> elapsed = 0;
  };

  std::shared_ptr<Source> source_;
};

}  // namespace vitals::test
