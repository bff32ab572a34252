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

/// A context in which exactly that time remains, however long the test takes to get there.
inline vitals::CheckContext context_with_exactly(std::chrono::milliseconds remaining) {
  const vitals::test::ManualClock clock;
  return {{}, clock.now() + remaining, clock};
}

/// Long enough for everything that should not wait, on any machine.
inline constexpr std::chrono::seconds generous{30};

}  // namespace vitals_test
