#pragma once

#include <chrono>
#include <ctime>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

// The steady clock as of the last tick, where the platform has it: a quarter of the cost of reading the exact time.

#if defined(__linux__) && defined(CLOCK_MONOTONIC_COARSE)

[[nodiscard]] inline SteadyTime coarse_now() noexcept {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return SteadyTime{std::chrono::seconds{now.tv_sec} + Duration{now.tv_nsec}};
}

/// How far coarse_now() may lag. It advances at ticks, by whole ticks, so it may be two behind. If a hypervisor stops
/// the processor that advances it, Linux lets another one take over after five more.
[[nodiscard]] inline Duration coarse_lag() noexcept {
  timespec tick;
  ::clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
  return 8 * (std::chrono::seconds{tick.tv_sec} + Duration{tick.tv_nsec});
}

#else

[[nodiscard]] inline SteadyTime coarse_now() noexcept { return std::chrono::steady_clock::now(); }
[[nodiscard]] inline Duration coarse_lag() noexcept { return Duration::zero(); }

#endif

}  // namespace detail
}  // namespace vitals::inline v1
