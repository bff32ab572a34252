#include <chrono>
#include <optional>

#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "core_machine.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckOptions;
using vitals::CheckResult;
using vitals::every;
using vitals::HealthRegistry;
using vitals::on_demand;
using vitals::Probe;
using vitals::detail::MadeDue;
using vitals::test::Machine;
using vitals::test::ManualClock;

TEST(ScheduleTest, WantsTheFirstRunAtOnce) {
  EXPECT_EQ(Machine{}.turn(), 0s);
  EXPECT_TRUE(Machine{}.wants_run());
  EXPECT_TRUE(Machine{{.schedule = every(5s)}}.wants_run());
}

TEST(ScheduleTest, AnswersForItsOwnKind) {
  EXPECT_EQ(every(5s).interval(), 5s);
  EXPECT_EQ(every(5s).max_age(), std::nullopt);
  EXPECT_EQ(on_demand(2s).max_age(), 2s);
  EXPECT_EQ(on_demand(2s).interval(), std::nullopt);
}

TEST(OnDemandTest, NeedsNoRunWhileTheResultIsYoungerThanItsMaximumAge) {
  Machine check{{.schedule = on_demand(1s)}};
  check.pass();

  EXPECT_FALSE(check.at(1s - 1ns).wants_run());
  EXPECT_TRUE(check.at(1s).wants_run());
}

TEST(OnDemandTest, CountsTheMaximumAgeFromTheEndOfTheRun) {
  Machine check{{.schedule = on_demand(1s)}};
  check.start().at(400ms).result(CheckResult::pass()).returned();

  EXPECT_FALSE(check.at(1399ms).wants_run());
  EXPECT_TRUE(check.at(1400ms).wants_run());
}

TEST(OnDemandTest, NeedsARunForEachProbeIfNoResultMayBeKept) {
  Machine check{{.schedule = on_demand(0s)}};
  check.pass();

  EXPECT_TRUE(check.wants_run());
}

TEST(OnDemandTest, IsRepeatedWithoutTrafficAtHalfTheStaleBound) {
  EXPECT_EQ(Machine{}.pass().turn(), 15s);
  EXPECT_EQ(Machine{{.stale_after = 10s}}.pass().turn(), 5s);
}

TEST(EveryTest, NeedsNoRunForAProbeUnlessTheResultIsStale) {
  Machine check{{.schedule = every(5s)}};
  check.pass();

  EXPECT_FALSE(check.at(15s + 500ms).wants_run());
  EXPECT_TRUE(check.at(15s + 500ms + 1ns).wants_run());
}

TEST(EveryTest, CountsTheIntervalFromStartToStart) {
  Machine check{{.schedule = every(5s)}};

  check.at(1s).start().at(1300ms).result(CheckResult::pass()).returned();

  EXPECT_EQ(check.turn(), 6s);
}

TEST(EveryTest, JittersByTheShareItIsGiven) {
  Machine check{{.schedule = every(10s)}};

  EXPECT_EQ(check.run(CheckResult::pass(), 0.1).turn(), 11s);
  EXPECT_EQ(check.run(CheckResult::pass(), -0.1).turn(), 9s);
}

TEST(EveryTest, SkipsTheTurnsThatPassedDuringARun) {
  Machine check{{.timeout = 20s, .schedule = every(5s)}};

  check.start().at(12s).result(CheckResult::pass()).returned();

  EXPECT_EQ(check.turn(), 15s);
}

TEST(EveryTest, SkipsATurnThatIsNow) {
  Machine check{{.timeout = 20s, .schedule = every(5s)}};

  check.start().at(10s).result(CheckResult::pass()).returned();

  EXPECT_EQ(check.turn(), 15s);
}

TEST(EveryTest, DoesNotReplayMissedTurns) {
  Machine check{{.schedule = every(5s)}};
  check.pass();

  check.at(23s).pass();

  EXPECT_EQ(check.turn(), 28s);
}

TEST(EveryTest, IsFasterWhileItFails) {
  Machine check{{.schedule = every(10s, {.while_failing = 2s})}};

  EXPECT_EQ(check.fail().turn(), 2s);
  EXPECT_EQ(check.pass().turn(), 10s);
}

TEST(EveryTest, IsFasterAlsoWhileAFailureDoesNotCountYet) {
  Machine check{{.schedule = every(10s, {.while_failing = 2s}), .failure_threshold = 3}};

  EXPECT_EQ(check.pass().fail().turn(), 2s);
}

TEST(EveryTest, IsFasterUntilTheRecoveryCounts) {
  Machine check{{.schedule = every(10s, {.while_failing = 2s}), .success_threshold = 2}};
  check.pass().fail();

  EXPECT_EQ(check.pass().turn(), 2s);
  EXPECT_EQ(check.pass().turn(), 10s);
}

TEST(MadeDueTest, BringsTheNextTurnForward) {
  Machine check{{.schedule = every(5s)}};
  check.pass();

  check.at(2s).see(MadeDue{});

  EXPECT_EQ(check.turn(), 2s);
}

TEST(MadeDueTest, DoesNotPutATurnOff) {
  Machine check{{.schedule = every(5s)}};
  check.pass();

  check.at(9s).see(MadeDue{});

  EXPECT_EQ(check.turn(), 5s);
}

/// A registry that counts the runs of checks that all have the same options.
class RunDueTest : public testing::Test {
 protected:
  void add_check(const std::string& name, const CheckOptions& options) {
    health_.add_readiness_check(
        name, [] {}, options);
  }

  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
};

TEST_F(RunDueTest, StartsEachCheckOnce) {
  add_check("one", {});
  add_check("two", {.schedule = every(5s)});

  EXPECT_EQ(health_.run_due(), 2U);
  EXPECT_EQ(health_.run_due(), 0U);
}

TEST_F(RunDueTest, RepeatsAnUnusedCheckAtHalfTheStaleBound) {
  add_check("one", {});
  health_.run_due();

  clock_.advance(15s - 1ns);
  EXPECT_EQ(health_.run_due(), 0U);
  clock_.advance(1ns);
  EXPECT_EQ(health_.run_due(), 1U);
}

TEST_F(RunDueTest, KeepsTheStateFreshWithoutAnyTraffic) {
  add_check("one", {});

  for (int i = 0; i < 100; ++i) {
    health_.run_due();
    clock_.advance(15s);
    EXPECT_EQ(health_.report(Probe::readiness).status(), vitals::Status::pass);
  }
}

TEST_F(RunDueTest, JittersByTenPercentAtMost) {
  add_check("one", {.schedule = every(10s)});
  health_.run_due();

  for (int i = 0; i < 200; ++i) {
    clock_.advance(9s - 1ns);
    EXPECT_EQ(health_.run_due(), 0U);
    clock_.advance(2s + 1ns);
    EXPECT_EQ(health_.run_due(), 1U);
  }
}

TEST_F(RunDueTest, DoesNotMarchInStep) {
  for (int i = 0; i < 100; ++i) add_check("check" + std::to_string(i), {.schedule = every(10s)});
  health_.run_due();

  clock_.advance(10s);
  const auto started = health_.run_due();

  EXPECT_GT(started, 0U);
  EXPECT_LT(started, 100U);
}

TEST_F(RunDueTest, DoesNotReplayTurnsThatWereMissed) {
  add_check("one", {.schedule = every(1s)});
  health_.run_due();

  clock_.advance(1h);

  EXPECT_EQ(health_.run_due(), 1U);
  EXPECT_EQ(health_.run_due(), 0U);
}

TEST_F(RunDueTest, RunsACheckWhoseCallOverranAgainAfterAsLongAsThatTook) {
  bool slow = true;
  health_.add_readiness_check("slow", [&] {
    if (slow) clock_.advance(2s);
  });

  health_.run_due();
  EXPECT_EQ(health_.report("slow").message, "timed out after 500 ms, still running");
  slow = false;

  clock_.advance(2s - 1ns);
  EXPECT_EQ(health_.run_due(), 0U);
  clock_.advance(1ns);
  EXPECT_EQ(health_.run_due(), 1U);
  EXPECT_EQ(health_.report(Probe::readiness).status(), vitals::Status::pass);
}

TEST(StaleBoundTest, IsThreeIntervalsAndTheTimeoutForEvery) {
  EXPECT_EQ(vitals::detail::stale_bound({.timeout = 2s, .schedule = every(5s)}), 17s);
}

TEST(StaleBoundTest, IsThirtySecondsForOnDemand) {
  EXPECT_EQ(vitals::detail::stale_bound({.schedule = on_demand(5s)}), 30s);
}

TEST(StaleBoundTest, IsWhatTheOptionsSay) {
  EXPECT_EQ(vitals::detail::stale_bound({.stale_after = 7s}), 7s);
  EXPECT_EQ(vitals::detail::stale_bound({.schedule = every(1s), .stale_after = 1min}), 1min);
}

}  // namespace
