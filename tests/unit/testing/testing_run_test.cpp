#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>
#include <vitals/testing/run.hpp>
#include <vitals/testing/scripted_check.hpp>

#include "support/run_check.hpp"

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using vitals::CheckCompletion;
using vitals::CheckContext;
using vitals::CheckResult;
using vitals::HealthRegistry;
using vitals::Status;
using vitals::test::ManualClock;
using vitals::test::run;
using vitals::test::ScriptedCheck;
using vitals_test::generous;

TEST(RunTest, ReturnsTheResultOfAPlainCheck) {
  EXPECT_EQ(run([] {}, generous).status(), Status::pass);
  EXPECT_EQ(run([] { return true; }, generous).status(), Status::pass);
  EXPECT_EQ(run([] { return false; }, generous).status(), Status::fail);
}

TEST(RunTest, ReturnsAWholeResult) {
  const auto result = CheckResult::warn("backlog").with("depth", 12).with("queue", "orders");

  EXPECT_EQ(run([&] { return result; }, generous), result);
}

TEST(RunTest, ReturnsAnErrorWithItsMessage) {
  const auto result = run([] { return std::make_error_code(std::errc::connection_refused); }, generous);

  EXPECT_EQ(result.status(), Status::fail);
  EXPECT_THAT(result.message(), HasSubstr("generic:"));
}

TEST(RunTest, TakesAnExceptionForAFailure) {
  const auto result = run([] { throw std::runtime_error{"no route"}; }, generous);

  EXPECT_EQ(result, CheckResult::fail("no route"));
}

TEST(RunTest, GivesTheCheckItsTime) {
  const auto result =
      run([](const CheckContext& context) { return context.remaining() > 10s && context.remaining() <= generous; },
          generous);

  EXPECT_EQ(result.status(), Status::pass);
}

TEST(RunTest, TakesAMoveOnlyCheck) {
  EXPECT_EQ(run([owned = std::make_unique<bool>(true)] { return *owned; }, generous).status(), Status::pass);
}

TEST(RunTest, WaitsForACompletion) {
  std::thread other;
  const auto later = [&](const CheckContext&, CheckCompletion done) {
    other = std::thread{[done] { done(CheckResult::warn("late")); }};
  };

  const auto result = run(later, generous);

  other.join();
  EXPECT_EQ(result, CheckResult::warn("late"));
}

TEST(RunTest, TakesADroppedCompletionForAFailure) {
  const auto result = run([](const CheckContext&, CheckCompletion) {}, generous);

  EXPECT_EQ(result, CheckResult::fail("the completion was dropped"));
}

TEST(RunTest, ReadsAPushedCheckInPlace) {
  const vitals::PushedCheck flag{CheckResult::warn("connecting").with("attempt", 2)};

  EXPECT_EQ(run(flag), CheckResult::warn("connecting").with("attempt", 2));
}

TEST(RunTest, LeavesAPushedCheckToTheClockOfItsRegistry) {
  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  const vitals::PushedCheck flag{CheckResult::pass(), {.valid_for = 30s}};

  EXPECT_EQ(run(flag), CheckResult::pass());

  EXPECT_NO_THROW(health.add_readiness_check("flag", flag));
  clock.advance(30s);
  EXPECT_EQ(health.report(vitals::Probe::readiness).status(), Status::pass);
}

TEST(RunTest, RunsACopyOfAnLvalue) {
  struct Counting {
    bool operator()() { return ++runs > 0; }
    int runs = 0;
  };
  Counting check;

  (void)run(check, generous);
  EXPECT_EQ(check.runs, 0);

  (void)run(std::ref(check), generous);
  EXPECT_EQ(check.runs, 1);
}

TEST(RunTest, ReportsThatACheckOverran) {
  EXPECT_EQ(run(ScriptedCheck{}.hang(), 10ms), CheckResult::fail("timed out after 10 ms, still running"));
}

TEST(RunTest, HalfASecondIsTheOrdinaryTimeout) {
  EXPECT_EQ(run(ScriptedCheck{}.hang()), CheckResult::fail("timed out after 500 ms, still running"));
}

// Such checks share ownership of what they use: on a slow machine they are abandoned.
TEST(RunTest, RequestsTheStopOfACheckThatOverruns) {
  const auto told_to_stop = std::make_shared<std::promise<void>>();
  const auto waiting = [told_to_stop](const CheckContext& context) {
    std::promise<void> stopped;
    const std::stop_callback on_stop{context.stop_token(), [&] { stopped.set_value(); }};
    stopped.get_future().wait();
    told_to_stop->set_value();
  };

  const auto result = run(waiting, 10ms);

  EXPECT_EQ(result, CheckResult::fail("timed out after 10 ms, still running"));
  told_to_stop->get_future().wait();
}

TEST(RunTest, RunsACheckThatOverranOnceOnly) {
  const auto runs = std::make_shared<std::atomic<int>>(0);
  const auto stubborn = [runs](const CheckContext& context) {
    ++*runs;
    while (!context.stop_token().stop_requested()) std::this_thread::yield();
  };

  constexpr int often = 50;  // a second run would have to begin before the Runner ends, so it would be rare
  for (int time = 0; time < often; ++time) (void)run(stubborn, 1ms);

  EXPECT_EQ(*runs, often);
}

TEST(RunTest, AbandonsACheckThatHangs) {
  struct Hanging {
    std::promise<void> release = {};
    std::promise<void> ended = {};
  };
  const auto state = std::make_shared<Hanging>();  // must outlive the run, which is abandoned
  const auto hanging = [state] {
    state->release.get_future().wait();
    state->ended.set_value();
  };

  const auto result = run(hanging, 10ms);

  EXPECT_EQ(result, CheckResult::fail("timed out after 10 ms, still running"));
  state->release.set_value();
  state->ended.get_future().wait();
}

TEST(RunTest, RefusesATimeoutThatNoCheckCanHave) {
  EXPECT_THROW((void)run([] {}, 0ms), std::invalid_argument);
}

TEST(RunTest, RefusesAnEmptyCheck) { EXPECT_THROW((void)run(std::function<void()>{}), std::invalid_argument); }

}  // namespace
