#include <chrono>

#include <gtest/gtest.h>

#include "core_machine.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckResult;
using vitals::Condition;
using vitals::Status;
using vitals::test::Machine;

TEST(ThresholdTest, FailsAtOnceByDefault) {
  Machine check;

  check.pass().fail();

  EXPECT_EQ(check.status(), Status::fail);
}

TEST(ThresholdTest, PassesAtOnceByDefault) {
  Machine check;

  check.pass().fail().pass();

  EXPECT_EQ(check.status(), Status::pass);
}

TEST(ThresholdTest, FailsOnTheThirdFailureInARow) {
  Machine check{{.failure_threshold = 3}};
  check.pass();

  EXPECT_EQ(check.fail().status(), Status::pass);
  EXPECT_EQ(check.fail().status(), Status::pass);
  EXPECT_EQ(check.fail().status(), Status::fail);
}

TEST(ThresholdTest, NeverFailsOnFailuresThatAlternateWithSuccesses) {
  Machine check{{.failure_threshold = 2}};
  check.pass();

  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(check.fail().status(), Status::pass);
    EXPECT_EQ(check.pass().status(), Status::pass);
  }
}

TEST(ThresholdTest, NeverPassesOnSuccessesThatAlternateWithFailures) {
  Machine check{{.success_threshold = 2}};
  check.pass().fail();

  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(check.pass().status(), Status::fail);
    EXPECT_EQ(check.fail().status(), Status::fail);
  }
}

TEST(ThresholdTest, CountsEachFailureBeforeTheFirstSuccess) {
  Machine check{{.failure_threshold = 3}};

  EXPECT_EQ(check.fail().status(), Status::fail);
}

TEST(ThresholdTest, PassesOnTheFirstSuccessEver) {
  Machine check{{.success_threshold = 3}};

  check.fail().fail();

  EXPECT_EQ(check.pass().status(), Status::pass);
}

TEST(ThresholdTest, PassesOnTheSecondSuccessInARow) {
  Machine check{{.success_threshold = 2}};
  check.pass().fail();

  EXPECT_EQ(check.pass().status(), Status::fail);
  EXPECT_EQ(check.pass().status(), Status::pass);
}

TEST(ThresholdTest, NeedsTheFullCountAgainAfterARecovery) {
  Machine check{{.failure_threshold = 2}};
  check.pass().fail().fail().pass();

  EXPECT_EQ(check.fail().status(), Status::pass);
  EXPECT_EQ(check.fail().status(), Status::fail);
}

TEST(ThresholdTest, ShowsAFailureThatDoesNotCountYet) {
  Machine check{{.failure_threshold = 3}};
  check.pass();

  check.fail("connection refused");

  EXPECT_EQ(check.status(), Status::pass);
  EXPECT_EQ(check.verdict().message, "");
  EXPECT_EQ(check.state.result->message(), "connection refused");
  EXPECT_EQ(check.state.failures_in_a_row, 1U);
}

TEST(ThresholdTest, ShowsTheLastFailureWhileSuccessesDoNotCountYet) {
  Machine check{{.success_threshold = 3}};
  check.pass().fail("connection refused");

  check.run(CheckResult::pass("answered"));

  EXPECT_EQ(check.status(), Status::fail);
  EXPECT_EQ(check.verdict().message, "connection refused");
}

TEST(ThresholdTest, CountsAWarningAsASuccess) {
  Machine check{{.failure_threshold = 2, .success_threshold = 2}};
  check.run(CheckResult::warn()).fail();
  EXPECT_EQ(check.status(), Status::warn);

  check.run(CheckResult::warn()).fail().fail();
  EXPECT_EQ(check.status(), Status::fail);

  check.pass().run(CheckResult::warn());
  EXPECT_EQ(check.status(), Status::warn);
}

TEST(ThresholdTest, ShowsAWarningAtOnce) {
  Machine check{{.failure_threshold = 3, .success_threshold = 3}};
  check.pass();

  EXPECT_EQ(check.run(CheckResult::warn("backlog")).status(), Status::warn);
  EXPECT_EQ(check.pass().status(), Status::pass);
}

TEST(ThresholdTest, KeepsTheWarningWhileFailuresDoNotCountYet) {
  Machine check{{.failure_threshold = 2}};

  check.run(CheckResult::warn()).fail();

  EXPECT_EQ(check.status(), Status::warn);
}

TEST(CounterTest, CountsRunsFailuresAndRows) {
  Machine check{{.failure_threshold = 3}};

  check.pass().fail().fail().pass().pass();

  EXPECT_EQ(check.state.runs, 5U);
  EXPECT_EQ(check.state.failures, 2U);
  EXPECT_EQ(check.state.timeouts, 0U);
  EXPECT_EQ(check.state.successes_in_a_row, 2U);
  EXPECT_EQ(check.state.failures_in_a_row, 0U);
}

TEST(CounterTest, HasOneRowAtATime) {
  Machine check;

  check.pass().pass().fail();

  EXPECT_EQ(check.state.successes_in_a_row, 0U);
  EXPECT_EQ(check.state.failures_in_a_row, 1U);
}

TEST(CounterTest, MeasuresTheLastRun) {
  Machine check;

  check.start().at(120ms).result(CheckResult::pass()).at(130ms).returned();

  EXPECT_EQ(check.state.duration, 120ms);
}

TEST(ConditionTest, IsFreshAfterARunAndRunningDuringTheNext) {
  Machine check;

  EXPECT_EQ(check.pass().verdict().condition, Condition::fresh);
  EXPECT_EQ(check.start().verdict().condition, Condition::running);
  EXPECT_EQ(check.status(), Status::pass);
}

}  // namespace
