// Cases where two rules meet: a shutdown and a failure, startup's end and a stale result, a result and its call.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/heartbeat_group.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "core/state/registry_state.hpp"

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using vitals::CheckCompletion;
using vitals::CheckContext;
using vitals::CheckReport;
using vitals::CheckResult;
using vitals::Condition;
using vitals::every;
using vitals::HealthRegistry;
using vitals::Probe;
using vitals::PushedCheck;
using vitals::Status;
using vitals::test::ManualClock;

class RulesTest : public testing::Test {
 protected:
  /// A check whose runs end when the test completes them.
  void add_slow(const std::string& name, const vitals::CheckOptions& options) {
    health_.add_readiness_check(
        name, [&](const CheckContext&, const CheckCompletion& completion) { done_ = completion; }, options);
  }
  Status status(Probe probe) const { return health_.report(probe).status(); }
  CheckReport check(const std::string& name) const { return health_.report(name); }
  /// Each event from now on, as "database: pass -> fail (reason)".
  [[nodiscard]] vitals::Subscription listen() {
    return health_.on_change([this](const vitals::HealthEvent& event) {
      std::string text = event.check.empty() ? std::string{to_string(event.probe)} : event.check;
      text += ": ";
      if (event.from) text += std::string{to_string(*event.from)} + " -> ";
      text += to_string(event.to);
      if (!event.reason.empty()) text += " (" + event.reason + ")";
      events_.push_back(std::move(text));
    });
  }
  std::vector<std::string> take_events() {
    health_.run_due();
    return std::exchange(events_, {});
  }

  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
  std::optional<CheckCompletion> done_;
  std::vector<std::string> events_;
};

TEST_F(RulesTest, AKeptAnswerEndsWithTheTimeoutOfARunThatNothingWaitsFor) {
  const vitals::Endpoint kept{health_};
  add_slow("database", {.timeout = 500ms, .schedule = every(5s)});
  health_.run_due();
  (*done_)(CheckResult::pass());
  EXPECT_EQ(kept.handle({"GET", "/ready"})->status, 200);
  clock_.advance(6s);
  health_.run_due();
  EXPECT_EQ(kept.handle({"GET", "/ready"})->status, 200);

  clock_.advance(500ms);

  EXPECT_EQ(kept.handle({"GET", "/ready"})->status, 503);
}

TEST_F(RulesTest, TheRunOfAStaleCheckBecomesOverdue) {
  add_slow("database", {.timeout = 500ms, .schedule = every(5s)});
  health_.run_due();
  (*done_)(CheckResult::pass());
  clock_.advance(1min);
  health_.run_due();
  EXPECT_EQ(check("database").condition, Condition::stale);

  clock_.advance(500ms);

  EXPECT_EQ(check("database").condition, Condition::overdue);
  EXPECT_EQ(check("database").timeouts, 1U);
}

TEST_F(RulesTest, StartupDoesntSucceedOnWhatHasBecomeStale) {
  const PushedCheck other{CheckResult::fail("loading")};
  health_.add_startup_check("cache", other);
  health_.add_startup_check("config", PushedCheck{CheckResult::pass(), {.valid_for = 30s}});
  clock_.advance(30s + 1ns);

  other.set(CheckResult::pass());

  EXPECT_EQ(status(Probe::startup), Status::fail);
}

TEST_F(RulesTest, ReadinessIsJudgedAgainWhenStartupSucceeds) {
  const PushedCheck hold{CheckResult::fail("loading")};
  health_.add_startup_check("cache", hold);
  health_.add_readiness_check("feed", PushedCheck{CheckResult::pass(), {.valid_for = 30s}});
  const auto subscription = listen();
  take_events();
  clock_.advance(30s + 1ns);

  hold.set(CheckResult::pass());

  EXPECT_THAT(take_events(), ElementsAre("cache: fail -> pass", "feed: pass -> fail (stale: not set within 30 s)",
                                         "startup: fail -> pass"));
}

TEST_F(RulesTest, AnOverdueRunAtTheLatchIsNoFurtherFailure) {
  const PushedCheck hold{CheckResult::fail("loading")};
  health_.add_startup_check("cache", hold);
  add_slow("database", {.timeout = 500ms, .schedule = every(5s)});
  health_.run_due();
  clock_.advance(1s);
  ASSERT_EQ(check("database").timeouts, 1U);

  hold.set(CheckResult::pass());

  EXPECT_EQ(check("database").timeouts, 1U);
}

TEST_F(RulesTest, OneFlagMayHoldTwoStartupChecks) {
  const PushedCheck flag{CheckResult::fail("loading")};
  health_.add_startup_check("config", flag);
  health_.add_startup_check("cache", flag);
  const auto subscription = listen();
  take_events();

  flag.set(CheckResult::pass());

  EXPECT_THAT(take_events(), ElementsAre("config: fail -> pass", "cache: fail -> pass", "readiness: fail -> pass",
                                         "startup: fail -> pass"));
}

// The call may go on; the report shows its result.
TEST_F(RulesTest, AFrozenReportShowsNoRunThatHasItsResult) {
  health_.add_startup_check("cache", [&](const CheckContext&, const CheckCompletion& done) {
    done(CheckResult::pass());
    EXPECT_EQ(status(Probe::startup), Status::pass);
    EXPECT_EQ(check("cache").condition, Condition::fresh);
  });

  health_.run_due();

  EXPECT_EQ(check("cache").condition, Condition::fresh);
}

// A frozen report keeps its reasons, and the strings that it shows live as long as it does.
TEST_F(RulesTest, ALateResultDoesNotChangeAFrozenReport) {
  std::optional<CheckCompletion> done;
  health_.add_liveness_check("loop", [&](const CheckContext&, const CheckCompletion& completion) { done = completion; },
                             {.schedule = every(5s), .success_threshold = 3});
  const auto run = [&](CheckResult result) {
    clock_.advance(6s);
    health_.run_due();
    (*done)(std::move(result));
  };
  run(CheckResult::pass());
  run(CheckResult::fail("a reason that is too long to be kept within a string"));
  run(CheckResult::pass());
  clock_.advance(6s);
  health_.run_due();
  health_.begin_shutdown("SIGTERM");
  (*done)(CheckResult::fail("another reason that is too long to be kept within a string"));

  const auto subscription = listen();

  EXPECT_THAT(take_events(),
              testing::Contains("liveness: fail (loop: a reason that is too long to be kept within a string)"));
  EXPECT_EQ(check("loop").message, "a reason that is too long to be kept within a string");
}

TEST_F(RulesTest, AShutdownWhileReadinessFailsIsOneEventAndNoTransition) {
  health_.add_readiness_check("database", PushedCheck{CheckResult::fail("down")});
  const auto subscription = listen();
  take_events();

  health_.begin_shutdown("SIGTERM");

  EXPECT_THAT(take_events(), ElementsAre("readiness: fail (SIGTERM)"));
}

TEST_F(RulesTest, AShutdownWhileReadinessPassesIsATransition) {
  const auto subscription = listen();
  take_events();

  health_.begin_shutdown("SIGTERM");

  EXPECT_THAT(take_events(), ElementsAre("readiness: pass -> fail (SIGTERM)"));
}

TEST_F(RulesTest, LivenessThatHadFailedKeepsItsReasonAfterTheLimitOfTheShutdown) {
  health_.add_liveness_check("loop", PushedCheck{CheckResult::fail("deadlock")});
  health_.begin_shutdown("SIGTERM");
  clock_.advance(6min);

  const auto report = health_.report(Probe::liveness);

  EXPECT_EQ(report.reason(), "");
  EXPECT_EQ(report.find("loop")->message, "deadlock");
}

TEST_F(RulesTest, LivenessThatPassedSaysThatTheShutdownOverran) {
  health_.add_liveness_check("loop", PushedCheck{CheckResult::pass()});
  health_.begin_shutdown("SIGTERM");
  clock_.advance(6min);

  EXPECT_EQ(health_.report(Probe::liveness).reason(), "shutdown overran");
}

// Before that, "no runner" would be a false alarm.
TEST_F(RulesTest, AListenerGetsThePresentStateOnceSomethingRunsChecks) {
  health_.add_readiness_check("database", [] {});
  const auto subscription = listen();
  EXPECT_TRUE(events_.empty());

  EXPECT_THAT(take_events(), ElementsAre("liveness: pass", "readiness: fail (database: no runner)", "startup: pass",
                                         "database: pass", "readiness: fail -> pass"));
}

TEST_F(RulesTest, AGroupThatFailsOnlyAsAWholeIsKeptWhileOneIsSilent) {
  const vitals::HeartbeatGroup group{5s, {.fails_when = vitals::FailsWhen::all_silent}};
  const auto silent = group.add("silent");
  const auto alive = group.add("alive");
  health_.add_liveness_check("workers", group);
  clock_.advance(6s);
  alive.beat();
  ASSERT_EQ(status(Probe::liveness), Status::pass);
  const auto state = vitals::detail::state_of(health_);

  EXPECT_TRUE(state->still_holds(vitals::detail::ProbeSet::of(Probe::liveness), state->version));
}

TEST_F(RulesTest, TheEndpointWarnsOnceThatNothingRunsTheChecks) {
  HealthRegistry health;
  health.add_readiness_check("database", [] {});
  const vitals::Endpoint endpoint{health};
  testing::internal::CaptureStderr();

  static_cast<void>(endpoint.handle({"GET", "/ready"}));
  static_cast<void>(endpoint.handle({"GET", "/ready"}));

  const auto told = testing::internal::GetCapturedStderr();
  EXPECT_THAT(told, HasSubstr("vitals: a probe arrived, but nothing runs the checks"));
  EXPECT_EQ(told.find("nobody"), told.rfind("nobody"));
}

}  // namespace
