#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "core/state/registry_state.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckCompletion;
using vitals::CheckContext;
using vitals::CheckOptions;
using vitals::CheckReport;
using vitals::CheckResult;
using vitals::Condition;
using vitals::every;
using vitals::HealthRegistry;
using vitals::Probe;
using vitals::Status;
using vitals::test::ManualClock;

/// A registry with one asynchronous check; the test holds the last run's completion.
class CompletionTest : public testing::Test {
 protected:
  vitals::CheckHandle add_check(const CheckOptions& options = {}) {
    return health_->add_readiness_check(
        "remote",
        [this](const CheckContext& context, CheckCompletion done) {
          ++started_;
          stop_ = context.stop_token();
          done_ = std::move(done);
        },
        options);
  }
  CheckReport check() const { return health_->report("remote"); }

  ManualClock clock_;
  std::optional<HealthRegistry> health_{std::in_place, vitals::RegistryOptions{.clock = clock_}};
  std::optional<CheckCompletion> done_;
  std::stop_token stop_;
  int started_ = 0;
};

TEST_F(CompletionTest, IsAwaitedWithoutAnyThread) {
  add_check();

  health_->run_due();

  EXPECT_EQ(check().condition, Condition::not_checked_yet);
  EXPECT_EQ(check().runs, 1U);
}

TEST_F(CompletionTest, DeliversTheResultLater) {
  add_check();
  health_->run_due();
  clock_.advance(20ms);

  (*done_)(CheckResult::warn("slow"));

  EXPECT_EQ(check().status, Status::warn);
  EXPECT_EQ(check().message, "slow");
  EXPECT_EQ(check().condition, Condition::fresh);
  EXPECT_EQ(check().duration, 20ms);
}

TEST_F(CompletionTest, CountsOnce) {
  add_check();
  health_->run_due();
  const auto copy = *done_;

  (*done_)(CheckResult::pass("first"));
  copy(CheckResult::fail("second"));

  EXPECT_EQ(check().status, Status::pass);
  EXPECT_EQ(check().message, "first");
}

TEST_F(CompletionTest, OfAnEarlierRunIsIgnored) {
  add_check({.schedule = every(5s)});
  health_->run_due();
  const auto earlier = *done_;
  earlier(CheckResult::pass("first run"));
  clock_.advance(6s);
  health_->run_due();

  earlier(CheckResult::fail("again"));

  EXPECT_EQ(check().message, "first run");
  EXPECT_EQ(check().condition, Condition::running);
}

TEST_F(CompletionTest, FailsWhenItIsDropped) {
  add_check();
  health_->run_due();

  done_.reset();

  EXPECT_EQ(check().status, Status::fail);
  EXPECT_EQ(check().message, "the completion was dropped");
}

TEST_F(CompletionTest, IsDroppedOnlyWithItsLastCopy) {
  add_check();
  health_->run_due();
  auto copy = done_;

  done_.reset();
  EXPECT_EQ(check().condition, Condition::not_checked_yet);
  copy.reset();

  EXPECT_EQ(check().message, "the completion was dropped");
}

TEST_F(CompletionTest, MayBeCalledInsideTheCall) {
  health_->add_readiness_check("remote", [](const CheckContext&, const CheckCompletion& done) {
    done(CheckResult::pass());
    done(CheckResult::fail("second"));
  });

  health_->run_due();

  EXPECT_EQ(check().status, Status::pass);
}

TEST_F(CompletionTest, OutranksAnExceptionThatFollowsIt) {
  health_->add_readiness_check("remote", [](const CheckContext&, const CheckCompletion& done) {
    done(CheckResult::pass());
    throw 42;
  });

  health_->run_due();

  EXPECT_EQ(check().status, Status::pass);
}

TEST_F(CompletionTest, DoesNotOverlapWithAnotherRun) {
  add_check({.schedule = every(100ms)});
  health_->run_due();

  for (int i = 0; i < 20; ++i) {
    clock_.advance(100ms);
    health_->run_due();
  }

  EXPECT_EQ(started_, 1);
  EXPECT_EQ(check().condition, Condition::overdue);
}

TEST_F(CompletionTest, GetsAStopRequestAtItsTimeout) {
  add_check({.timeout = 200ms});
  health_->run_due();
  EXPECT_FALSE(stop_.stop_requested());

  clock_.advance(200ms);
  static_cast<void>(check());

  EXPECT_TRUE(stop_.stop_requested());
}

TEST_F(CompletionTest, IsDiscardedAfterItsTimeoutAndTheCheckIsDueAfterAsLongAsItTook) {
  add_check();
  health_->run_due();
  clock_.advance(501ms);

  (*done_)(CheckResult::pass("too late"));

  EXPECT_EQ(check().status, Status::fail);
  EXPECT_EQ(check().message, "timed out after 500 ms, still running");
  EXPECT_EQ(check().condition, Condition::fresh);
  EXPECT_EQ(health_->run_due(), 0U);
  clock_.advance(501ms);
  EXPECT_EQ(health_->run_due(), 1U);
}

TEST_F(CompletionTest, IsHarmlessAfterTheRemovalOfTheCheck) {
  const auto handle = add_check();
  health_->run_due();

  handle.remove();
  (*done_)(CheckResult::pass());

  EXPECT_TRUE(health_->report(Probe::readiness).checks().empty());
}

TEST_F(CompletionTest, DoesNotReachACheckThatTookTheName) {
  const auto handle = add_check();
  health_->run_due();
  handle.remove();
  health_->add_readiness_check("remote", [] {});

  (*done_)(CheckResult::pass("of the former"));

  EXPECT_EQ(check().condition, Condition::not_checked_yet);
}

TEST_F(CompletionTest, GetsAStopRequestAtTheRemovalOfTheCheck) {
  const auto handle = add_check();
  health_->run_due();

  handle.remove();

  EXPECT_TRUE(stop_.stop_requested());
}

TEST_F(CompletionTest, IsHarmlessAfterTheEndOfTheRegistry) {
  add_check();
  health_->run_due();

  health_.reset();

  EXPECT_TRUE(stop_.stop_requested());
  EXPECT_NO_FATAL_FAILURE((*done_)(CheckResult::pass()));
}

TEST_F(CompletionTest, MayBeDroppedAfterTheEndOfTheRegistry) {
  add_check();
  health_->run_due();

  health_.reset();

  EXPECT_NO_FATAL_FAILURE(done_.reset());
}

TEST_F(CompletionTest, IsNotAwaitedByTheEndOfAScopedCheck) {
  {
    const vitals::ScopedCheck scoped = add_check();
    health_->run_due();
  }

  EXPECT_TRUE(health_->report(Probe::readiness).checks().empty());
}

}  // namespace
