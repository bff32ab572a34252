#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/heartbeat.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "core/state/listeners.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckReport;
using vitals::CheckResult;
using vitals::HealthRegistry;
using vitals::Heartbeat;
using vitals::Probe;
using vitals::PushedCheck;
using vitals::Status;
using vitals::test::ManualClock;

/// A service whose startup ends when a flag passes.
class StartupTest : public testing::Test {
 protected:
  StartupTest() { held_ = health_.add_startup_check("hold", hold_); }

  void start_up() { hold_.set(CheckResult::pass()); }
  Status status(Probe probe) const { return health_.report(probe).status(); }
  CheckReport check(const std::string& name) const { return health_.report(name); }

  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
  PushedCheck hold_{CheckResult::fail("migrating")};
  vitals::CheckHandle held_;
};

TEST_F(StartupTest, MakesReadinessFailUntilItSucceeds) {
  health_.add_readiness_check("database", PushedCheck{CheckResult::pass()});
  EXPECT_EQ(status(Probe::readiness), Status::fail);
  EXPECT_EQ(health_.report(Probe::readiness).reason(), "starting");

  start_up();

  EXPECT_EQ(status(Probe::readiness), Status::pass);
  EXPECT_EQ(health_.report(Probe::readiness).reason(), "");
}

TEST_F(StartupTest, MakesReadinessFailAlsoWithoutReadinessChecks) { EXPECT_EQ(status(Probe::readiness), Status::fail); }

TEST_F(StartupTest, ShowsAFailingLivenessCheckWithoutCountingIt) {
  health_.add_liveness_check("loop", PushedCheck{CheckResult::fail("stuck")});

  EXPECT_EQ(status(Probe::liveness), Status::pass);
  EXPECT_EQ(check("loop").status, Status::fail);
  EXPECT_EQ(check("loop").message, "stuck");
}

TEST_F(StartupTest, CountsLivenessFromTheLatchOn) {
  health_.add_liveness_check("loop", PushedCheck{CheckResult::fail("stuck")});

  start_up();

  EXPECT_EQ(status(Probe::liveness), Status::fail);
}

TEST_F(StartupTest, ShieldsLivenessUpToTheDeadlineAndNotLonger) {
  health_.add_liveness_check("loop", PushedCheck{CheckResult::fail("stuck")});

  clock_.advance(10min);
  EXPECT_EQ(status(Probe::liveness), Status::pass);
  clock_.advance(1ns);

  EXPECT_EQ(status(Probe::liveness), Status::fail);
  EXPECT_EQ(status(Probe::readiness), Status::fail);
}

TEST_F(StartupTest, DoesNotFailLivenessThatIsGoodAtTheDeadline) {
  health_.add_liveness_check("loop", PushedCheck{CheckResult::pass()});

  clock_.advance(11min);

  EXPECT_EQ(status(Probe::liveness), Status::pass);
}

TEST_F(StartupTest, LatchesAlsoAfterTheDeadline) {
  clock_.advance(11min);

  start_up();

  EXPECT_EQ(status(Probe::startup), Status::pass);
  EXPECT_EQ(status(Probe::readiness), Status::pass);
}

TEST_F(StartupTest, LatchesOnAWarning) {
  hold_.set(CheckResult::warn("without index"));

  EXPECT_EQ(status(Probe::startup), Status::warn);
  EXPECT_EQ(status(Probe::readiness), Status::pass);
}

TEST_F(StartupTest, KeepsItsReportAfterTheLatch) {
  start_up();
  const auto latched_at = health_.report(Probe::startup).time();
  clock_.advance(1h);

  hold_.set(CheckResult::fail("again"));

  EXPECT_EQ(status(Probe::startup), Status::pass);
  EXPECT_EQ(check("hold").status, Status::pass);
  EXPECT_EQ(health_.report(Probe::startup).time(), latched_at);
  EXPECT_EQ(status(Probe::readiness), Status::pass);
}

TEST_F(StartupTest, KeepsItsReportWhenItsCheckIsRemoved) {
  start_up();

  held_.remove();

  EXPECT_EQ(health_.report(Probe::startup).checks().size(), 1U);
  EXPECT_EQ(status(Probe::readiness), Status::pass);
}

TEST_F(StartupTest, NeedsAllItsChecks) {
  bool migrated = false;
  health_.add_startup_check("migration", [&] { return migrated; }, {.schedule = vitals::every(1s)});
  start_up();
  health_.run_due();
  EXPECT_EQ(status(Probe::readiness), Status::fail);

  migrated = true;
  clock_.advance(2s);
  health_.run_due();

  EXPECT_EQ(status(Probe::readiness), Status::pass);
}

TEST_F(StartupTest, RunsItsChecksNoMoreAfterTheLatch) {
  int runs = 0;
  health_.add_startup_check("migration", [&] { ++runs; }, {.schedule = vitals::every(1s)});
  health_.run_due();
  clock_.advance(2s);
  health_.run_due();
  ASSERT_EQ(runs, 2);

  start_up();
  clock_.advance(1min);
  health_.run_due();

  EXPECT_EQ(runs, 2);
}

TEST_F(StartupTest, LatchesWhenTheFailingCheckIsRemoved) {
  health_.add_startup_check("other", PushedCheck{CheckResult::pass()});

  held_.remove();

  EXPECT_EQ(status(Probe::readiness), Status::pass);
  EXPECT_THROW(health_.add_startup_check("late", [] {}), std::invalid_argument);
}

TEST_F(StartupTest, DoesNotLatchWhenItsLastCheckIsRemoved) {
  held_.remove();

  EXPECT_EQ(status(Probe::startup), Status::pass);
  EXPECT_EQ(status(Probe::readiness), Status::pass);
  EXPECT_NO_THROW(health_.add_startup_check("late", PushedCheck{CheckResult::fail()}));
  EXPECT_EQ(status(Probe::readiness), Status::fail);
}

TEST(EmptyStartupTest, PassesWithoutLatching) {
  HealthRegistry health;
  EXPECT_EQ(health.report(Probe::startup).status(), Status::pass);
  EXPECT_EQ(health.report(Probe::readiness).status(), Status::pass);

  EXPECT_NO_THROW(health.add_startup_check("migration", [] {}));

  EXPECT_EQ(health.report(Probe::startup).status(), Status::fail);
  EXPECT_EQ(health.report(Probe::readiness).reason(), "starting");
}

// For example, the check queries a table that the migration has just created.
TEST_F(StartupTest, MakesReadinessChecksThatFailDueAtTheLatch) {
  bool migrated = false;
  int good_runs = 0;
  health_.add_readiness_check("database", [&] { return migrated; });
  health_.add_readiness_check("cache", [&] { return ++good_runs > 0; });
  health_.run_due();

  migrated = true;
  start_up();
  health_.run_due();

  EXPECT_EQ(status(Probe::readiness), Status::pass);
  EXPECT_EQ(good_runs, 1);
}

TEST_F(StartupTest, GivesHeartbeatsAFreshLimitAtTheLatch) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("loop", beat);
  clock_.advance(1min);
  EXPECT_EQ(check("loop").status, Status::fail);

  start_up();
  EXPECT_EQ(status(Probe::liveness), Status::pass);
  clock_.advance(5s);
  EXPECT_EQ(status(Probe::liveness), Status::pass);
  clock_.advance(1ns);

  EXPECT_EQ(status(Probe::liveness), Status::fail);
}

TEST_F(StartupTest, GivesLivenessChecksThatNeverRanAFreshBoundAtTheLatch) {
  health_.add_liveness_check("loop", [] {});
  clock_.advance(1min);
  EXPECT_EQ(check("loop").status, Status::fail);

  start_up();

  EXPECT_EQ(status(Probe::liveness), Status::pass);
  clock_.advance(30s + 1ns);
  EXPECT_EQ(status(Probe::liveness), Status::fail);
}

TEST(StartupLatchTest, WaitsForTheFirstResultOfAnUncriticalCheckToo) {
  HealthRegistry health{{.clock = ManualClock{}}};

  health.add_startup_check("warm-up", [] { return false; }, {.critical = false});
  EXPECT_EQ(health.report(Probe::startup).status(), Status::fail);
  EXPECT_EQ(health.report(Probe::readiness).reason(), "starting");
  health.run_due();

  EXPECT_EQ(health.report(Probe::startup).status(), Status::warn);
  EXPECT_EQ(health.report(Probe::readiness).status(), Status::pass);
}

TEST_F(StartupTest, SendsEventsOfLivenessChecksThatTheLatchFreshens) {
  health_.run_due();  // something runs checks, but not this one
  health_.add_liveness_check("loop", [] {});
  std::vector<Status> told;
  const auto subscription = health_.on_change([&](const vitals::HealthEvent& event) {
    if (event.check == "loop") told.push_back(event.to);
  });
  clock_.advance(1min);
  static_cast<void>(status(Probe::liveness));

  start_up();
  deliver_events(*vitals::detail::state_of(health_));

  EXPECT_EQ(told, (std::vector{Status::fail, Status::pass}));
}

TEST_F(StartupTest, DoesNotFreshenAFlagAtTheLatch) {
  health_.add_readiness_check("feed", PushedCheck{CheckResult::pass(), {.valid_for = 30s}});
  clock_.advance(1min);

  start_up();

  EXPECT_EQ(status(Probe::readiness), Status::fail);
}

}  // namespace
