#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "core/state/probes.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckCompletion;
using vitals::CheckContext;
using vitals::CheckReport;
using vitals::CheckResult;
using vitals::every;
using vitals::HealthRegistry;
using vitals::on_demand;
using vitals::Probe;
using vitals::PushedCheck;
using vitals::Status;
using vitals::detail::ProbeSet;
using vitals::detail::state_of;
using vitals::test::ManualClock;

/// Probes while only run_due() runs checks: they make checks due, and don't wait.
class AskTest : public testing::Test {
 protected:
  void ask(Probe probe, std::string_view check = {}) {
    EXPECT_EQ(vitals::detail::ask(*state_of(health_), {.probes = ProbeSet::of(probe), .check = check}, [] {}).wait,
              nullptr);
  }
  CheckReport check(const std::string& name) const { return health_.report(name); }

  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
};

TEST_F(AskTest, MakesAnOnDemandCheckDueWhoseResultIsTooOld) {
  health_.add_readiness_check("database", [] {}, {.schedule = on_demand(1s)});
  health_.run_due();
  clock_.advance(1s);

  ask(Probe::readiness);

  EXPECT_EQ(health_.run_due(), 1U);
}

TEST_F(AskTest, RunsNothingWhileTheResultIsYoungEnough) {
  health_.add_readiness_check("database", [] {}, {.schedule = on_demand(1s)});
  health_.run_due();
  clock_.advance(1s - 1ns);

  ask(Probe::readiness);

  EXPECT_EQ(health_.run_due(), 0U);
}

TEST_F(AskTest, SharesTheOneRunAmongManyProbes) {
  health_.add_readiness_check("database", [] {}, {.schedule = on_demand(0s)});
  health_.run_due();

  for (int i = 0; i < 10; ++i) ask(Probe::readiness);

  EXPECT_EQ(health_.run_due(), 1U);
}

TEST_F(AskTest, RunsNoCheckThatRunsInTheBackground) {
  health_.add_readiness_check("queue", [] {}, {.schedule = every(1min)});
  health_.run_due();
  clock_.advance(30s);

  ask(Probe::readiness);

  EXPECT_EQ(health_.run_due(), 0U);
}

TEST_F(AskTest, RunsNoExcludedCheck) {
  std::string ran;
  for (const std::string name : {"a", "b", "c"})
    health_.add_readiness_check(name, [&ran, name] { ran += name; }, {.schedule = on_demand(0s)});
  health_.run_due();
  ran.clear();
  const std::vector<std::string> excluded{"a", "c", "nobody"};

  (void)vitals::detail::ask(*state_of(health_), {.probes = ProbeSet::of(Probe::readiness), .excluded = excluded},
                            [] {});
  health_.run_due();

  EXPECT_EQ(ran, "b");
}

TEST_F(AskTest, RunsNoCheckOfAnotherProbe) {
  health_.add_liveness_check("loop", [] {}, {.schedule = on_demand(0s)});
  health_.run_due();

  ask(Probe::readiness);

  EXPECT_EQ(health_.run_due(), 0U);
}

TEST_F(AskTest, RunsOnlyTheCheckThatIsNamed) {
  int database_runs = 0;
  health_.add_readiness_check("cache", [] {}, {.schedule = on_demand(0s)});
  health_.add_readiness_check("database", [&] { ++database_runs; }, {.schedule = on_demand(0s)});
  health_.run_due();

  ask(Probe::readiness, "database");

  EXPECT_EQ(health_.run_due(), 1U);
  EXPECT_EQ(database_runs, 2);
}

TEST_F(AskTest, RunsTheStartupChecksTooUntilStartupHasSucceeded) {
  const PushedCheck hold{CheckResult::fail()};
  health_.add_startup_check("hold", hold);
  health_.add_startup_check("migration", [] {}, {.schedule = on_demand(0s)});
  health_.run_due();

  ask(Probe::liveness);
  EXPECT_EQ(health_.run_due(), 1U);
  hold.set(CheckResult::pass());
  ask(Probe::liveness);

  EXPECT_EQ(health_.run_due(), 0U);
}

TEST_F(AskTest, CountsOneMoreFailureForEachRunThatAnOverdueOneDelays) {
  std::optional<CheckCompletion> done;
  health_.add_readiness_check("remote",
                              [&](const CheckContext&, const CheckCompletion& completion) { done = completion; },
                              {.schedule = on_demand(1s), .failure_threshold = 3});
  health_.run_due();
  (*done)(CheckResult::pass());
  clock_.advance(15s);
  health_.run_due();
  clock_.advance(500ms);
  EXPECT_EQ(check("remote").failures_in_a_row, 1U);

  clock_.advance(1s);
  ask(Probe::readiness);
  ask(Probe::readiness);
  EXPECT_EQ(check("remote").failures_in_a_row, 2U);
  EXPECT_EQ(check("remote").status, Status::pass);
  clock_.advance(1s);
  ask(Probe::readiness);

  EXPECT_EQ(check("remote").failures_in_a_row, 3U);
  EXPECT_EQ(check("remote").status, Status::fail);
}

TEST_F(AskTest, RunsNothingAfterTheShutdownHasBegun) {
  health_.add_readiness_check("database", [] {}, {.schedule = on_demand(0s)});
  health_.run_due();
  health_.begin_shutdown("SIGTERM");

  ask(Probe::readiness);

  EXPECT_EQ(health_.run_due(), 0U);
}

}  // namespace
