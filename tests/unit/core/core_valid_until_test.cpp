#include <chrono>

#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/heartbeat.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>

#include "core_version_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckResult;
using vitals::every;
using vitals::Heartbeat;
using vitals::on_demand;
using vitals::Probe;
using vitals::PushedCheck;
using vitals::SteadyTime;

using ValidUntilTest = vitals_test::VersionFixture;

TEST_F(ValidUntilTest, IsForEverWithoutChecks) {
  EXPECT_EQ(valid_until(Probe::liveness), SteadyTime::max());
  EXPECT_EQ(valid_until(Probe::readiness), SteadyTime::max());
  EXPECT_EQ(valid_until(Probe::startup), SteadyTime::max());
}

TEST_F(ValidUntilTest, IsTheStaleBoundForEvery) {
  health_.add_readiness_check("database", [] {}, {.timeout = 1s, .schedule = every(5s)});
  health_.run_due();

  EXPECT_EQ(valid_until(Probe::readiness), clock_.now() + 16s + 1ns);
}

TEST_F(ValidUntilTest, IsOverOnceACheckIsStaleAndARunIsWanted) {
  health_.add_readiness_check("database", [] {}, {.schedule = every(5s)});
  health_.run_due();

  clock_.advance(1min);

  EXPECT_LE(valid_until(Probe::readiness), clock_.now());
}

TEST_F(ValidUntilTest, IsTheMaximumAgeForOnDemand) {
  health_.add_readiness_check("database", [] {}, {.schedule = on_demand(2s)});
  health_.run_due();

  EXPECT_EQ(valid_until(Probe::readiness), clock_.now() + 2s);
  clock_.advance(2s);
  EXPECT_LE(valid_until(Probe::readiness), clock_.now());
}

TEST_F(ValidUntilTest, IsTheEndOfTheLastKnownGood) {
  bool good = true;
  health_.add_readiness_check("database", [&] { return good; }, {.schedule = every(5s), .last_known_good_for = 12s});
  health_.run_due();
  const auto succeeded = clock_.now();
  good = false;
  clock_.advance(6s);
  health_.run_due();

  EXPECT_EQ(valid_until(Probe::readiness), succeeded + 12s);
}

TEST_F(ValidUntilTest, IsTheDeadlineOfARunUnderWay) {
  add_due_remote_check();

  health_.run_due();

  EXPECT_EQ(valid_until(Probe::readiness), clock_.now() + 500ms);
}

TEST_F(ValidUntilTest, IsOverForACheckThatHasNotRun) {
  health_.add_liveness_check("loop", [] {});

  EXPECT_LE(valid_until(Probe::liveness), clock_.now());
}

TEST_F(ValidUntilTest, IsTheLastBeatAndTheLimitForAHeartbeat) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("loop", beat);
  EXPECT_EQ(valid_until(Probe::liveness), clock_.now() + 5s + 1ns);
  clock_.advance(3s);
  beat.beat();

  clock_.advance(2s + 1ns);

  EXPECT_EQ(valid_until(Probe::liveness), clock_.now() + 3s);
}

TEST_F(ValidUntilTest, IsOverForASilentHeartbeat) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("loop", beat);

  clock_.advance(6s);

  EXPECT_LE(valid_until(Probe::liveness), clock_.now());
}

TEST_F(ValidUntilTest, IsNoMoreThanTheLimitWhileAHeartbeatIsIdle) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("loop", beat);
  const auto idle = beat.idle();
  clock_.advance(1min);

  EXPECT_EQ(valid_until(Probe::liveness), clock_.now() + 5s);
}

TEST_F(ValidUntilTest, IsTheEndOfAFlagsValidity) {
  health_.add_readiness_check("feed", PushedCheck{CheckResult::pass(), {.valid_for = 30s}});

  EXPECT_EQ(valid_until(Probe::readiness), clock_.now() + 30s + 1ns);
}

TEST_F(ValidUntilTest, IsTheEarliestOfAllChecks) {
  health_.add_readiness_check("feed", PushedCheck{CheckResult::pass(), {.valid_for = 30s}});
  health_.add_readiness_check("short", PushedCheck{CheckResult::pass(), {.valid_for = 10s}});

  EXPECT_EQ(valid_until(Probe::readiness), clock_.now() + 10s + 1ns);
}

TEST_F(ValidUntilTest, IsTheEndOfTheShieldDuringStartup) {
  health_.add_startup_check("hold", PushedCheck{CheckResult::fail()});

  EXPECT_EQ(valid_until(Probe::liveness), clock_.now() + 10min + 1ns);
}

TEST_F(ValidUntilTest, IsTheLimitOfTheShutdownForLiveness) {
  health_.begin_shutdown("SIGTERM");

  EXPECT_EQ(valid_until(Probe::liveness), clock_.now() + 5min + 1ns);
  EXPECT_EQ(valid_until(Probe::readiness), SteadyTime::max());
}

}  // namespace
