#include <chrono>

#include <gtest/gtest.h>

#include "core_machine.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckResult;
using vitals::Condition;
using vitals::every;
using vitals::Status;
using vitals::detail::RunPhase;
using vitals::detail::StoodStill;
using vitals::detail::TurnMissed;
using vitals::test::Machine;

constexpr auto timed_out = "timed out after 500 ms, still running";

TEST(TimeoutTest, DoesNotComeBeforeItsTime) {
  Machine check;
  check.pass().start();

  check.at(500ms - 1ns);

  EXPECT_EQ(check.status(), Status::pass);
  EXPECT_EQ(check.verdict().condition, Condition::running);
}

TEST(TimeoutTest, IsAFailureWhileTheRunContinues) {
  Machine check;
  check.pass().start();

  check.at(500ms);

  EXPECT_EQ(check.status(), Status::fail);
  EXPECT_EQ(check.verdict().condition, Condition::overdue);
  EXPECT_EQ(check.state.result->message(), timed_out);
}

TEST(TimeoutTest, IsTheFirstResultOfACheckThatNeverReturned) {
  Machine check;
  check.start();

  EXPECT_EQ(check.at(499ms).verdict().condition, Condition::not_checked_yet);
  EXPECT_EQ(check.at(500ms).verdict().condition, Condition::overdue);
}

TEST(TimeoutTest, EndsTheRunAtItsDeadlineHoweverLateItIsNoticed) {
  Machine check;

  check.start().at(9s).pass_time();

  EXPECT_EQ(check.state.ended, Machine::beginning + 500ms);
  EXPECT_EQ(check.state.duration, 500ms);
}

TEST(TimeoutTest, StartsOverWhenTheProcessWasStopped) {
  Machine check;
  check.pass().start().at(10s).see(StoodStill{.began = Machine::beginning + 400ms});

  EXPECT_EQ(check.at(10s + 499ms).status(), Status::pass);
  EXPECT_EQ(check.at(10s + 500ms).status(), Status::fail);
}

TEST(TimeoutTest, StartsOverOnlyOncePerRun) {
  Machine check;
  check.pass().start().at(10s).see(StoodStill{.began = Machine::beginning + 400ms});

  check.at(20s).see(StoodStill{.began = Machine::beginning + 10s + 400ms});

  EXPECT_EQ(check.status(), Status::fail);
}

TEST(TimeoutTest, IsNotForgottenBecauseTheProcessStoodStillLater) {
  Machine check;
  check.pass().start();

  check.at(10s).see(StoodStill{.began = Machine::beginning + 500ms});

  EXPECT_EQ(check.status(), Status::fail);
}

TEST(TimeoutTest, CountsTowardsTheThreshold) {
  Machine check{{.failure_threshold = 2}};
  check.pass().start();

  EXPECT_EQ(check.at(500ms).status(), Status::pass);
  EXPECT_EQ(check.see(TurnMissed{}).status(), Status::fail);
}

TEST(TimeoutTest, IsCounted) {
  Machine check;

  check.start().at(1s).pass_time().pass_time();

  EXPECT_EQ(check.state.timeouts, 1U);
  EXPECT_EQ(check.state.failures, 1U);
  EXPECT_EQ(check.state.runs, 1U);
}

TEST(LateResultTest, IsDiscarded) {
  Machine check;
  check.start();

  check.at(500ms).result(CheckResult::pass("too late")).returned();

  EXPECT_EQ(check.status(), Status::fail);
  EXPECT_EQ(check.state.result->message(), timed_out);
  EXPECT_EQ(check.state.successes_in_a_row, 0U);
}

// If it were due at once, it would load a slow dependency without a pause.
TEST(LateResultTest, MakesTheCheckDueAfterAsLongAsItTook) {
  Machine check{{.schedule = every(1min)}};
  check.start();

  check.at(3s).result(CheckResult::pass()).returned();

  EXPECT_EQ(check.turn(), 6s);
  EXPECT_EQ(check.verdict().condition, Condition::fresh);
}

TEST(LateResultTest, MakesTheCheckDueAtItsTurnAtTheLatest) {
  Machine check{{.schedule = every(5s)}};
  check.start();

  check.at(4s).result(CheckResult::pass()).returned();

  EXPECT_EQ(check.turn(), 5s);
}

TEST(LateResultTest, IsFollowedByARecovery) {
  Machine check;
  check.start().at(3s).result(CheckResult::pass()).returned();

  check.pass();

  EXPECT_EQ(check.status(), Status::pass);
}

TEST(ResultTest, IsInTimeUpToTheDeadline) {
  Machine check;

  check.start().at(500ms - 1ns).result(CheckResult::pass()).returned();

  EXPECT_EQ(check.status(), Status::pass);
  EXPECT_EQ(check.state.timeouts, 0U);
}

TEST(ResultTest, CountsOncePerRun) {
  Machine check;

  check.start().result(CheckResult::pass("first")).result(CheckResult::fail("second")).returned();

  EXPECT_EQ(check.status(), Status::pass);
  EXPECT_EQ(check.state.results, 1U);
}

TEST(ResultTest, IsIgnoredWithoutARun) {
  Machine check;

  check.result(CheckResult::pass()).returned();

  EXPECT_EQ(check.verdict().condition, Condition::not_checked_yet);
}

TEST(ResultTest, StandsWhenOnlyTheReturnIsLate) {
  Machine check;

  check.start().at(10ms).result(CheckResult::pass()).at(2s);

  EXPECT_EQ(check.status(), Status::pass);
  EXPECT_EQ(check.verdict().condition, Condition::overdue);
  EXPECT_EQ(check.state.timeouts, 0U);
}

TEST(MissedTurnTest, CountsOneMoreFailureEach) {
  Machine check{{.failure_threshold = 4}};
  check.pass().start().at(500ms).pass_time();

  EXPECT_EQ(check.see(TurnMissed{}).status(), Status::pass);
  EXPECT_EQ(check.see(TurnMissed{}).status(), Status::pass);
  EXPECT_EQ(check.see(TurnMissed{}).status(), Status::fail);
}

TEST(MissedTurnTest, KeepsTheFailureFromGoingStale) {
  Machine check{{.schedule = every(5s)}};
  check.start();

  for (int turn = 1; turn <= 20; ++turn) check.at(turn * 5s).see(TurnMissed{});

  EXPECT_EQ(check.verdict().condition, Condition::overdue);
  EXPECT_EQ(check.state.result->message(), timed_out);
}

TEST(MissedTurnTest, IsNoneWhileTheRunIsWithinItsTimeout) {
  Machine check;
  check.start();

  check.at(499ms).see(TurnMissed{});

  EXPECT_EQ(check.state.failures, 0U);
  EXPECT_EQ(check.state.phase, RunPhase::running);
}

TEST(MissedTurnTest, IsNoneBetweenTheRuns) {
  Machine check;

  check.pass().see(TurnMissed{});

  EXPECT_EQ(check.state.failures, 0U);
}

TEST(OverdueRunTest, IsExpectedAgainAtEachTurnOfItsSchedule) {
  Machine check{{.schedule = every(5s)}};

  check.start().at(500ms).pass_time();
  EXPECT_EQ(check.turn(), 5s);

  check.at(5s).see(TurnMissed{});
  EXPECT_EQ(check.turn(), 10s);
}

TEST(OverdueRunTest, SkipsTheTurnsThatItsTimeoutCovered) {
  Machine check{{.timeout = 12s, .schedule = every(5s)}};

  check.start().at(12s).pass_time();

  EXPECT_EQ(check.turn(), 15s);
}

TEST(NextLookTest, IsTheDeadlineWhileARunIsUnderWay) {
  Machine check;

  check.at(2s).start();

  EXPECT_EQ(vitals::detail::next_look(check.state, check.rules), Machine::beginning + 2500ms);
}

TEST(NextLookTest, IsTheTurnOtherwise) {
  Machine check{{.schedule = every(5s)}};

  check.pass();
  EXPECT_EQ(vitals::detail::next_look(check.state, check.rules), Machine::beginning + 5s);

  check.at(5s).start().at(6s).pass_time();
  EXPECT_EQ(vitals::detail::next_look(check.state, check.rules), Machine::beginning + 10s);
}

}  // namespace
