#pragma once

#include <chrono>
#include <stop_token>
#include <utility>

#include <vitals/check.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace vitals_test {

/// A context whose run is overdue after `timeout`.
inline vitals::CheckContext context_for(std::chrono::milliseconds timeout, std::stop_token token = {}) {
  return {std::move(token), vitals::Clock{}.steady_now() + timeout};
}

/// A context with exactly this much time left, however slowly the test gets there.
inline vitals::CheckContext context_with_exactly(std::chrono::milliseconds remaining) {
  const vitals::test::ManualClock clock;
  return {{}, clock.now() + remaining, clock};
}

/// Long enough, on any machine, for everything that must not wait.
inline constexpr std::chrono::seconds generous{30};

}  // namespace vitals_test
