#pragma once

#include <string>

#include <gtest/gtest.h>

#include <vitals/clock.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace vitals::inline v1::test {

/// A clock that begins at zero: times read from the system's clock are far ahead of it.
struct Dawn final : Clock::Source {
  SteadyTime steady_now() const noexcept override { return SteadyTime{elapsed}; }
  WallTime wall_now() const noexcept override { return {}; }
  Duration elapsed = Duration::zero();
};

/// A registry on a manual clock, and its report of the liveness check under test.
class InstantCheckTest : public testing::Test {
 protected:
  [[nodiscard]] CheckReport check(const std::string& name = "check") const { return health_.report(name); }
  [[nodiscard]] Status status() const { return check().status; }

  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
};

}  // namespace vitals::inline v1::test
