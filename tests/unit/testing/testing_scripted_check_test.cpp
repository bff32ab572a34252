#include <chrono>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/runner.hpp>
#include <vitals/testing/manual_clock.hpp>
#include <vitals/testing/run.hpp>
#include <vitals/testing/scripted_check.hpp>

#include "support/run_check.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckReport;
using vitals::CheckResult;
using vitals::Condition;
using vitals::HealthRegistry;
using vitals::Probe;
using vitals::Status;
using vitals::test::ManualClock;
using vitals::test::run;
using vitals::test::ScriptedCheck;
using vitals_test::generous;

static_assert(vitals::AsyncCheck<ScriptedCheck>);

class ScriptedCheckTest : public testing::Test {
 protected:
  [[nodiscard]] CheckResult next() const { return run(script_, generous); }

  const ScriptedCheck script_;
};

TEST_F(ScriptedCheckTest, TakesStepAfterStep) {
  script_.fail("down").warn("slow").pass("up");

  EXPECT_EQ(next(), CheckResult::fail("down"));
  EXPECT_EQ(next(), CheckResult::warn("slow"));
  EXPECT_EQ(next(), CheckResult::pass("up"));
}

TEST_F(ScriptedCheckTest, TakesAStepAsOftenAsItSays) {
  script_.fail(3, "down").warn(2, "slow").pass();

  for (int failure = 0; failure < 3; ++failure) EXPECT_EQ(next(), CheckResult::fail("down"));
  for (int warning = 0; warning < 2; ++warning) EXPECT_EQ(next(), CheckResult::warn("slow"));
  EXPECT_EQ(next(), CheckResult::pass());
}

TEST_F(ScriptedCheckTest, RepeatsItsLastStep) {
  script_.pass().fail();

  EXPECT_EQ(next(), CheckResult::pass());
  for (int failure = 0; failure < 3; ++failure) EXPECT_EQ(next(), CheckResult::fail());
}

TEST_F(ScriptedCheckTest, ContinuesWithStepsThatAreAddedLater) {
  script_.pass();
  (void)next();
  (void)next();

  script_.fail("down");

  EXPECT_EQ(next(), CheckResult::fail("down"));
}

TEST_F(ScriptedCheckTest, FailsWithoutSteps) { EXPECT_EQ(next(), CheckResult::fail("the script has no steps")); }

TEST_F(ScriptedCheckTest, GivesAResultAsItIs) {
  const auto result = CheckResult::warn("backlog").with("depth", 12);
  script_.returns(result);

  EXPECT_EQ(next(), result);
}

TEST_F(ScriptedCheckTest, ThrowsWhatItRaises) {
  script_.throws("no route");

  EXPECT_EQ(next(), CheckResult::fail("no route"));
}

TEST_F(ScriptedCheckTest, CountsTheRunsOfAllItsCopies) {
  const ScriptedCheck copy = script_.pass();

  (void)next();
  (void)run(copy, generous);

  EXPECT_EQ(script_.runs(), 2);
  EXPECT_EQ(copy.runs(), 2);
}

TEST_F(ScriptedCheckTest, TakesAStepAtLeastOnce) {
  EXPECT_THROW(script_.pass(0), std::invalid_argument);
  EXPECT_THROW(script_.warn(0), std::invalid_argument);
  EXPECT_THROW(script_.fail(-1), std::invalid_argument);
}

TEST_F(ScriptedCheckTest, TakingNeedsAStepAndTimeThatGoesForward) {
  EXPECT_THROW(script_.taking(1s, ManualClock{}), std::invalid_argument);
  script_.pass();
  EXPECT_THROW(script_.taking(-1s, ManualClock{}), std::invalid_argument);
  script_.hang();
  EXPECT_THROW(script_.taking(1s, ManualClock{}), std::invalid_argument);
}

/// The script is registered as a check; run_due() runs it.
class RegisteredScriptTest : public testing::Test {
 protected:
  RegisteredScriptTest() { health_.add_readiness_check("check", script_, {.timeout = 500ms}); }

  CheckReport after(vitals::Duration duration) {
    clock_.advance(duration);
    health_.run_due();
    return health_.report("check");
  }

  ManualClock clock_;
  const ScriptedCheck script_;
  HealthRegistry health_{{.clock = clock_}};
};

TEST_F(RegisteredScriptTest, EndsWhenTheClockHasGotThere) {
  script_.pass().taking(200ms, clock_);

  EXPECT_EQ(after(0s).condition, Condition::not_checked_yet);
  EXPECT_EQ(after(200ms - 1ns).condition, Condition::not_checked_yet);
  EXPECT_EQ(after(1ns).status, Status::pass);
  EXPECT_EQ(after(0s).duration, 200ms);
}

TEST_F(RegisteredScriptTest, EndsAtItsMomentHoweverFarTheClockGoes) {
  script_.warn("slow").taking(200ms, clock_);
  (void)after(0s);

  const auto report = after(10s);

  EXPECT_EQ(report.message, "slow");
  EXPECT_EQ(report.duration, 200ms);
}

TEST_F(RegisteredScriptTest, OverrunsIfItTakesTooLong) {
  script_.pass().taking(2s, clock_);
  (void)after(0s);

  EXPECT_EQ(after(500ms).message, "timed out after 500 ms, still running");
  EXPECT_EQ(after(1500ms).condition, Condition::fresh) << "it returned, and is due after as long as it took";
  EXPECT_EQ(after(2s).condition, Condition::running);
}

TEST_F(RegisteredScriptTest, FailsLateIfItRaisesLate) {
  script_.throws("no route").taking(200ms, clock_);

  EXPECT_EQ(after(0s).condition, Condition::not_checked_yet);
  EXPECT_EQ(after(200ms).message, "no route");
}

TEST(TakingTest, RunsOfSeveralChecksOverlap) {
  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  health.add_readiness_check("one", ScriptedCheck{}.pass().taking(300ms, clock));
  health.add_readiness_check("other", ScriptedCheck{}.pass().taking(300ms, clock));

  health.run_due();
  clock.advance(300ms);

  EXPECT_EQ(health.report(Probe::readiness).status(), Status::pass);
}

TEST(TakingTest, MayOutliveItsRegistry) {
  ManualClock clock;
  {
    HealthRegistry health{{.clock = clock}};
    health.add_readiness_check("check", ScriptedCheck{}.pass().taking(1s, clock));
    health.run_due();
  }

  EXPECT_NO_THROW(clock.advance(1s));
}

TEST_F(RegisteredScriptTest, HangsUntilItIsReleased) {
  script_.hang().pass("up");

  EXPECT_EQ(after(0s).condition, Condition::not_checked_yet);
  EXPECT_EQ(script_.hanging(), 1);
  EXPECT_EQ(after(500ms).condition, Condition::overdue);
  EXPECT_EQ(after(1h).condition, Condition::overdue);
  EXPECT_EQ(script_.runs(), 1);

  script_.release();
  EXPECT_EQ(script_.hanging(), 0);
  EXPECT_EQ(after(15s).message, "up") << "what overran is due again at its turn at the latest";
}

TEST_F(RegisteredScriptTest, EndsAsItIsReleased) {
  script_.hang();
  (void)after(0s);

  script_.release(CheckResult::warn("slow"));

  EXPECT_EQ(after(0s).message, "slow");
}

TEST_F(RegisteredScriptTest, MayBeReleasedBeforeItHangs) {
  script_.hang();
  script_.release(CheckResult::pass("up"));

  EXPECT_EQ(after(0s).message, "up");
  EXPECT_EQ(script_.hanging(), 0);
}

TEST_F(RegisteredScriptTest, IsReleasedRunByRun) {
  script_.hang();
  (void)after(0s);
  script_.release();

  (void)after(1min);

  EXPECT_EQ(script_.hanging(), 1);
}

TEST(HangingScriptTest, IsReleasedInAllItsRegistries) {
  const auto script = ScriptedCheck{}.hang();
  {
    HealthRegistry gone;
    gone.add_readiness_check("check", script);
    gone.run_due();
  }
  HealthRegistry health;
  health.add_readiness_check("check", script);
  health.run_due();
  EXPECT_EQ(script.hanging(), 2);

  script.release();

  EXPECT_EQ(script.hanging(), 0);
  EXPECT_EQ(health.report(Probe::readiness).status(), Status::pass);
}

TEST(HangingScriptTest, DoesNotDelayTheEndOfARunner) {
  const auto script = ScriptedCheck{}.hang();
  HealthRegistry health;
  health.add_readiness_check("check", script);

  { const vitals::Runner runner{health}; }

  script.release();
}

TEST(HangingScriptTest, MayOutliveItsRegistry) {
  const auto script = ScriptedCheck{}.hang();
  {
    HealthRegistry health;
    health.add_readiness_check("check", script);
    health.run_due();
  }

  script.release();

  EXPECT_EQ(script.hanging(), 0);
}

}  // namespace
