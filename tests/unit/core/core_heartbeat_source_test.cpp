#include <chrono>

#include <gtest/gtest.h>

#include <vitals/clock.hpp>

#include "core/sources/coarse_clock.hpp"
#include "core/sources/heartbeat_source.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::Clock;
using vitals::Status;
using vitals::SteadyTime;
using vitals::detail::coarse_lag;
using vitals::detail::coarse_now;
using vitals::detail::HeartbeatSource;

/// A source on the system's clock, with a limit of 1 ms.
class HeartbeatSourceTest : public testing::Test {
 protected:
  HeartbeatSourceTest() { source_.bind(Clock{}, "loop"); }

  [[nodiscard]] Status status_at(SteadyTime now) const { return source_.read(SteadyTime::min(), now).result->status(); }

  HeartbeatSource source_{1ms};
};

TEST_F(HeartbeatSourceTest, IsNotSilentUntilItsLimitAfterABeatWheneverThatIs) {
  int ticks = 0;
  for (auto tick = coarse_now(); ticks < 4; ticks += coarse_now() != tick, tick = coarse_now()) {
    const auto before = Clock{}.steady_now();
    source_.beat();

    ASSERT_EQ(status_at(before + 1ms), Status::pass);
  }
}

TEST_F(HeartbeatSourceTest, IsSilentAfterItsLimitAndWhatTheClockLags) {
  source_.beat();
  const auto after = Clock{}.steady_now();

  EXPECT_EQ(status_at(after + 1ms + coarse_lag() + 1ns), Status::fail);
}

TEST_F(HeartbeatSourceTest, BeatsBeforeItIsIdleNoLonger) {
  source_.begin_idle();
  const auto before = Clock{}.steady_now();

  source_.end_idle();

  EXPECT_EQ(status_at(before + 1ms), Status::pass);
}

}  // namespace
