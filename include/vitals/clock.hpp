#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <memory>

#include <vitals/export.hpp>

namespace vitals::inline v1 {

/// Every duration in this library. Any std::chrono duration converts to it; a bare number doesn't.
using Duration = std::chrono::nanoseconds;
/// A time for ages and deadlines.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;
/// A time for display only; it may jump.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// A registry's source of time: the system's clocks, or a test's own source.
///
/// @code
/// vitals::test::ManualClock clock;
/// vitals::HealthRegistry health{{.clock = clock}};
/// @endcode
///
/// Ages, deadlines and schedules use the steady time; the wall time is only shown.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe. Copies share their source.
class VITALS_EXPORT Clock {
 public:
  /// For tests that move time by hand, as vitals::test::ManualClock does. Both functions are called from any thread,
  /// also while the registry holds its lock: they must neither block nor call into the registry.
  class VITALS_EXPORT Source {
   public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source();
    [[nodiscard]] virtual SteadyTime steady_now() const noexcept = 0;
    [[nodiscard]] virtual WallTime wall_now() const noexcept = 0;
  };

  /// The system's steady clock and wall clock.
  Clock() noexcept = default;
  /// A clock that reads `source`; null means the system's clocks.
  explicit Clock(std::shared_ptr<const Source> source) noexcept : source_{std::move(source)} {}

  [[nodiscard]] SteadyTime steady_now() const noexcept;
  [[nodiscard]] WallTime wall_now() const noexcept;

  /// True if both read the same source.
  friend bool operator==(const Clock& a, const Clock& b) noexcept = default;

 private:
  std::shared_ptr<const Source> source_;
};

}  // namespace vitals::inline v1

#endif
