#include <chrono>

#include <gtest/gtest.h>

#include "core_machine.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckResult;
using vitals::Condition;
using vitals::every;
using vitals::Probe;
using vitals::Status;
using vitals::SteadyTime;
using vitals::test::Machine;

TEST(StaleTest, IsFreshAtItsBoundAndStaleANanosecondLater) {
  Machine check;
  check.pass();

  EXPECT_EQ(check.at(30s).verdict().condition, Condition::fresh);
  EXPECT_EQ(check.at(30s + 1ns).verdict().condition, Condition::stale);
}

TEST(StaleTest, IsAFailureEvenIfItWasAPass) {
  Machine check;
  check.pass();

  const auto verdict = check.at(31s).verdict();

  EXPECT_EQ(verdict.status, Status::fail);
  EXPECT_EQ(verdict.message, "stale: no result within 30 s");
}

TEST(StaleTest, CountsFromTheEndOfTheRun) {
  Machine check;
  check.start().at(400ms).result(CheckResult::pass()).returned();

  EXPECT_EQ(check.at(30400ms).status(), Status::pass);
  EXPECT_EQ(check.at(30400ms + 1ns).status(), Status::fail);
}

TEST(StaleTest, ComesAfterThreeIntervalsAndTheTimeoutForEvery) {
  Machine check{{.timeout = 1s, .schedule = every(5s)}};
  check.pass();

  EXPECT_EQ(check.at(16s).status(), Status::pass);
  EXPECT_EQ(check.at(16s + 1ns).status(), Status::fail);
}

TEST(StaleTest, FailsALivenessCheckToo) {
  Machine check{{}, Probe::liveness};
  check.pass();

  EXPECT_EQ(check.at(31s).status(), Status::fail);
}

TEST(StaleTest, EndsWithTheNextResult) {
  Machine check;
  check.pass().at(1min);

  EXPECT_EQ(check.pass().status(), Status::pass);
}

TEST(StaleTest, DoesNotCountForTheFailureThreshold) {
  Machine check{{.failure_threshold = 2}};
  check.pass().at(1min);
  ASSERT_EQ(check.status(), Status::fail);

  EXPECT_EQ(check.fail().status(), Status::pass);
}

TEST(StaleTest, DoesNotCountForTheSuccessThreshold) {
  Machine check{{.success_threshold = 2}};
  check.pass().at(1min);
  ASSERT_EQ(check.status(), Status::fail);

  EXPECT_EQ(check.pass().status(), Status::pass);
}

TEST(StaleTest, OverridesTheLastKnownGood) {
  Machine check{{.last_known_good_for = 1h}};
  check.pass().fail();

  EXPECT_EQ(check.at(30s).status(), Status::warn);
  EXPECT_EQ(check.at(31s).status(), Status::fail);
}

TEST(StaleTest, HoldsWhileTheNextRunIsUnderWay) {
  Machine check;
  check.pass().at(31s).start();

  EXPECT_EQ(check.verdict().condition, Condition::stale);
  EXPECT_EQ(check.status(), Status::fail);
}

TEST(NotCheckedYetTest, FailsReadinessAndStartup) {
  Machine readiness{{}, Probe::readiness};
  Machine startup{{}, Probe::startup};

  EXPECT_EQ(readiness.status(), Status::fail);
  EXPECT_EQ(readiness.verdict().message, "not checked yet");
  EXPECT_EQ(startup.status(), Status::fail);
  EXPECT_EQ(startup.verdict().condition, Condition::not_checked_yet);
}

TEST(NotCheckedYetTest, SaysWhenThereIsNoRunner) {
  Machine check;
  check.around.runner = false;

  EXPECT_EQ(check.verdict().message, "no runner");
  EXPECT_EQ(check.status(), Status::fail);
}

TEST(NotCheckedYetTest, HoldsWhileTheFirstRunIsUnderWay) {
  Machine check;

  EXPECT_EQ(check.start().at(100ms).verdict().condition, Condition::not_checked_yet);
}

TEST(NotCheckedYetTest, PassesLivenessUpToTheStaleBound) {
  Machine check{{}, Probe::liveness};

  EXPECT_EQ(check.status(), Status::pass);
  EXPECT_EQ(check.at(30s).status(), Status::pass);
  EXPECT_EQ(check.at(30s).verdict().condition, Condition::not_checked_yet);
}

TEST(NeverRanTest, FailsLivenessANanosecondAfterTheStaleBound) {
  Machine check{{}, Probe::liveness};

  const auto verdict = check.at(30s + 1ns).verdict();

  EXPECT_EQ(verdict.status, Status::fail);
  EXPECT_EQ(verdict.message, "never ran");
}

TEST(NeverRanTest, CountsFromTheStartupLatchIfThatIsLater) {
  Machine check{{}, Probe::liveness};
  check.around.latched = Machine::beginning + 1min;

  EXPECT_EQ(check.at(90s).status(), Status::pass);
  EXPECT_EQ(check.at(90s + 1ns).status(), Status::fail);
}

TEST(NeverRanTest, CountsFromTheRegistrationIfThatIsLater) {
  Machine check{{}, Probe::liveness};
  check.around.latched = Machine::beginning - 1min;

  EXPECT_EQ(check.at(30s).status(), Status::pass);
  EXPECT_EQ(check.at(30s + 1ns).status(), Status::fail);
}

TEST(NeverRanTest, EndsWithTheFirstResult) {
  Machine check{{}, Probe::liveness};
  check.at(1min);

  EXPECT_EQ(check.pass().status(), Status::pass);
}

TEST(LastKnownGoodTest, MakesAFailureAWarningForItsDuration) {
  Machine check{{.last_known_good_for = 20s}};
  check.pass().at(1s).fail("down");

  EXPECT_EQ(check.status(), Status::warn);
  EXPECT_EQ(check.at(20s - 1ns).status(), Status::warn);
  EXPECT_EQ(check.at(20s).status(), Status::fail);
}

TEST(LastKnownGoodTest, CountsFromTheEndOfTheLastSuccess) {
  Machine check{{.last_known_good_for = 5s}};
  check.start().at(400ms).result(CheckResult::warn()).returned().at(1s).fail();

  EXPECT_EQ(check.at(5400ms - 1ns).status(), Status::warn);
  EXPECT_EQ(check.at(5400ms).status(), Status::fail);
}

TEST(LastKnownGoodTest, IsExtendedByASuccessThatDoesNotCountYet) {
  Machine check{{.success_threshold = 3, .last_known_good_for = 5s}};
  check.pass().at(1s).fail();

  check.at(4s).pass();

  EXPECT_EQ(check.at(8s).status(), Status::warn);
  EXPECT_EQ(check.at(9s).status(), Status::fail);
}

TEST(LastKnownGoodTest, NeedsASuccess) {
  Machine check{{.last_known_good_for = 1h}};

  EXPECT_EQ(check.fail().status(), Status::fail);
}

TEST(LastKnownGoodTest, ComesAfterTheThresholds) {
  Machine check{{.failure_threshold = 2, .last_known_good_for = 20s}};
  check.pass();

  EXPECT_EQ(check.fail().status(), Status::pass);
  EXPECT_EQ(check.fail().status(), Status::warn);
  EXPECT_EQ(check.at(20s).status(), Status::fail);
}

TEST(LastKnownGoodTest, CoversATimeoutToo) {
  Machine check{{.last_known_good_for = 20s}};
  check.pass().start();

  EXPECT_EQ(check.at(500ms).status(), Status::warn);
}

TEST(LastKnownGoodTest, KeepsTheFailuresMessage) {
  Machine check{{.last_known_good_for = 20s}};

  check.pass().fail("connection refused");

  EXPECT_EQ(check.verdict().message, "");
  EXPECT_EQ(check.state.result->message(), "connection refused");
}

TEST(VerdictTest, HoldsUntilItGoesStale) {
  Machine check;

  EXPECT_EQ(check.pass().verdict().valid_until, Machine::beginning + 30s + 1ns);
}

TEST(VerdictTest, HoldsForEverOnceItIsStale) {
  Machine check;
  check.pass().at(1min);

  EXPECT_EQ(check.verdict().valid_until, SteadyTime::max());
}

TEST(VerdictTest, HoldsUntilTheLastKnownGoodEnds) {
  Machine check{{.last_known_good_for = 10s}};
  check.pass().fail();

  EXPECT_EQ(check.verdict().valid_until, Machine::beginning + 10s);
}

TEST(VerdictTest, HoldsUntilTheTimeoutOfARun) {
  Machine check;
  check.pass().at(1s).start();

  EXPECT_EQ(check.verdict().valid_until, Machine::beginning + 1500ms);
}

TEST(VerdictTest, HoldsForLivenessUntilItNeverRan) {
  Machine check{{}, Probe::liveness};

  EXPECT_EQ(check.verdict().valid_until, Machine::beginning + 30s + 1ns);
}

}  // namespace
