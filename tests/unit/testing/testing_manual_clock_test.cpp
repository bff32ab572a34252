#include <chrono>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include <vitals/heartbeat.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace {

using namespace std::chrono_literals;
using vitals::HealthRegistry;
using vitals::Probe;
using vitals::Status;
using vitals::WallTime;
using vitals::test::ManualClock;

TEST(ManualClockTest, DoesNotMoveByItself) {
  ManualClock clock;
  const auto start = clock.now();

  EXPECT_EQ(clock.now(), start);
  clock.advance(5s);
  EXPECT_EQ(clock.now(), start + 5s);
}

TEST(ManualClockTest, IsSharedByItsCopies) {
  ManualClock clock;
  const ManualClock copy = clock;

  clock.advance(5s);

  EXPECT_EQ(copy.now(), clock.now());
}

TEST(ManualClockTest, IsTheClockOfARegistry) {
  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  const vitals::Heartbeat beat{5s};
  health.add_liveness_check("loop", beat);

  clock.advance(5s);
  EXPECT_EQ(health.report(Probe::liveness).status(), Status::pass);

  clock.advance(1ns);
  EXPECT_EQ(health.report(Probe::liveness).status(), Status::fail);
}

TEST(ManualClockTest, MovesTheWallClockToo) {
  ManualClock clock;
  const auto start = clock.wall_now();

  clock.advance(5s);

  EXPECT_EQ(clock.wall_now(), start + 5s);
}

TEST(ManualClockTest, MovesTheWallClockAlone) {
  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  const auto start = clock.now();
  const auto noon = WallTime{1h};

  clock.advance(1h);
  clock.set_wall(noon);
  clock.advance(2s);

  EXPECT_EQ(clock.wall_now(), noon + 2s);
  EXPECT_EQ(clock.now(), start + 1h + 2s);
  EXPECT_EQ(health.report(Probe::readiness).time(), noon + 2s);
}

TEST(ManualClockTest, DoesNotGoBack) {
  ManualClock clock;

  EXPECT_THROW(clock.advance(-1ns), std::invalid_argument);
}

TEST(ManualClockTest, LosesNoStepOfTwoThreads) {
  ManualClock clock;
  const auto start = clock.now();
  const auto walk = [&] {
    for (int step = 0; step < 1000; ++step) clock.advance(1ns);
  };

  std::thread other{walk};
  walk();
  other.join();

  EXPECT_EQ(clock.now(), start + 2000ns);
}

}  // namespace
