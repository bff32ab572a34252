#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/heartbeat.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace {

using namespace std::chrono_literals;
using vitals::CheckCompletion;
using vitals::CheckContext;
using vitals::CheckResult;
using vitals::every;
using vitals::HealthEvent;
using vitals::HealthRegistry;
using vitals::Heartbeat;
using vitals::Probe;
using vitals::PushedCheck;
using vitals::Status;
using vitals::test::ManualClock;

class ShutdownTest : public testing::Test {
 protected:
  Status status(Probe probe) const { return health_.report(probe).status(); }

  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
};

TEST_F(ShutdownTest, FailsReadinessWithTheReason) {
  health_.add_readiness_check("database", PushedCheck{CheckResult::pass()});

  health_.begin_shutdown("SIGTERM");

  EXPECT_EQ(status(Probe::readiness), Status::fail);
  EXPECT_EQ(health_.report(Probe::readiness).reason(), "SIGTERM");
  EXPECT_EQ(health_.report("database").status, Status::pass);
}

TEST_F(ShutdownTest, FailsReadinessForGood) {
  const PushedCheck flag{CheckResult::pass()};
  health_.add_readiness_check("feed", flag);
  health_.begin_shutdown("SIGTERM");

  flag.set(CheckResult::pass());
  clock_.advance(1h);
  health_.run_due();

  EXPECT_EQ(status(Probe::readiness), Status::fail);
}

TEST_F(ShutdownTest, HasAReasonAlsoIfNoneIsGiven) {
  health_.begin_shutdown("");

  EXPECT_EQ(health_.report(Probe::readiness).reason(), "shutting down");
}

TEST_F(ShutdownTest, MakesItsReasonSafe) {
  health_.begin_shutdown("line\nbreak");

  EXPECT_EQ(health_.report(Probe::readiness).reason(), "line break");
}

TEST_F(ShutdownTest, KeepsTheFirstReason) {
  health_.begin_shutdown("SIGTERM");
  health_.begin_shutdown("SIGINT");

  EXPECT_EQ(health_.report(Probe::readiness).reason(), "SIGTERM");
}

TEST_F(ShutdownTest, ServesTheLivenessReportUnchanged) {
  const PushedCheck flag{CheckResult::pass("fine")};
  const Heartbeat beat{5s};
  health_.add_liveness_check("flag", flag);
  health_.add_liveness_check("beat", beat);
  health_.add_liveness_check("polled", [] {});
  health_.run_due();
  health_.begin_shutdown("SIGTERM");
  const auto taken = health_.report(Probe::liveness);

  flag.set(CheckResult::fail("torn down"));
  clock_.advance(5min);

  const auto now = health_.report(Probe::liveness);
  EXPECT_EQ(now.status(), Status::pass);
  EXPECT_EQ(now.time(), taken.time());
  EXPECT_EQ(now.find("flag")->message, "fine");
  EXPECT_EQ(now.find("beat")->status, Status::pass);
  EXPECT_EQ(now.find("polled")->status, Status::pass);
}

TEST_F(ShutdownTest, LeavesFailedLivenessFailed) {
  const PushedCheck flag{CheckResult::fail("stuck")};
  health_.add_liveness_check("flag", flag);
  health_.begin_shutdown("SIGTERM");

  flag.set(CheckResult::pass());

  EXPECT_EQ(status(Probe::liveness), Status::fail);
}

TEST_F(ShutdownTest, LeavesLivenessAsItIsThoughItsChecksAreRemoved) {
  auto handle = health_.add_liveness_check("flag", PushedCheck{CheckResult::warn()});
  health_.begin_shutdown("SIGTERM");

  handle.remove();

  EXPECT_EQ(status(Probe::liveness), Status::warn);
  EXPECT_EQ(health_.report(Probe::liveness).checks().size(), 1U);
}

TEST_F(ShutdownTest, LeavesAStartupThatHasNotSucceededAsItIs) {
  const PushedCheck flag{CheckResult::fail("migrating")};
  health_.add_startup_check("migration", flag);
  health_.begin_shutdown("SIGTERM");

  flag.set(CheckResult::pass());

  EXPECT_EQ(status(Probe::startup), Status::fail);
  EXPECT_EQ(health_.report("migration").message, "migrating");
}

TEST_F(ShutdownTest, LeavesAStartupAsItIsThoughItsFailingCheckIsRemoved) {
  const auto handle = health_.add_startup_check("migration", PushedCheck{CheckResult::fail()});
  health_.add_startup_check("other", PushedCheck{CheckResult::pass()});
  health_.begin_shutdown("SIGTERM");

  handle.remove();

  EXPECT_EQ(status(Probe::startup), Status::fail);
  EXPECT_EQ(health_.report(Probe::startup).checks().size(), 2U);
}

TEST_F(ShutdownTest, ShowsItsReasonAlsoDuringStartup) {
  health_.add_startup_check("migration", PushedCheck{CheckResult::fail()});

  health_.begin_shutdown("SIGTERM");

  EXPECT_EQ(health_.report(Probe::readiness).reason(), "SIGTERM");
}

TEST_F(ShutdownTest, KeepsAnUnfinishedStartupFromFailingLiveness) {
  health_.add_startup_check("migration", PushedCheck{CheckResult::fail()});
  health_.add_liveness_check("loop", PushedCheck{CheckResult::fail()});
  health_.begin_shutdown("SIGTERM");

  clock_.advance(5min);

  EXPECT_EQ(status(Probe::liveness), Status::pass);
}

TEST_F(ShutdownTest, StartsNoCheckAnyMore) {
  int runs = 0;
  health_.add_readiness_check("database", [&] { ++runs; }, {.schedule = every(1s)});
  health_.run_due();

  health_.begin_shutdown("SIGTERM");
  clock_.advance(1min);

  EXPECT_EQ(health_.run_due(), 0U);
  EXPECT_EQ(runs, 1);
}

TEST_F(ShutdownTest, StartsNoCheckThatIsAddedLater) {
  health_.begin_shutdown("SIGTERM");

  health_.add_readiness_check("database", [] {});

  EXPECT_EQ(health_.run_due(), 0U);
}

TEST_F(ShutdownTest, RequestsTheStopOfRuns) {
  std::optional<CheckCompletion> done;
  std::stop_token stop;
  health_.add_readiness_check("remote", [&](const CheckContext& context, const CheckCompletion& completion) {
    done = completion;
    stop = context.stop_token();
  });
  health_.run_due();
  ASSERT_FALSE(stop.stop_requested());

  health_.begin_shutdown("SIGTERM");

  EXPECT_TRUE(stop.stop_requested());
}

TEST_F(ShutdownTest, IgnoresTheResultOfARunThatWasUnderWay) {
  std::optional<CheckCompletion> done;
  health_.add_liveness_check("local",
                             [&](const CheckContext&, const CheckCompletion& completion) { done = completion; });
  health_.run_due();
  health_.begin_shutdown("SIGTERM");

  (*done)(CheckResult::fail("stopped"));

  EXPECT_EQ(status(Probe::liveness), Status::pass);
}

TEST_F(ShutdownTest, FailsLivenessWhenItOverruns) {
  health_.add_liveness_check("loop", PushedCheck{CheckResult::pass()});
  health_.begin_shutdown("SIGTERM");

  clock_.advance(5min);
  EXPECT_EQ(status(Probe::liveness), Status::pass);
  clock_.advance(1ns);

  EXPECT_EQ(status(Probe::liveness), Status::fail);
  EXPECT_EQ(health_.report(Probe::liveness).reason(), "shutdown overran");
}

TEST_F(ShutdownTest, OverrunsByTheLimitOfTheRegistry) {
  HealthRegistry health{{.shutdown_limit = 30s, .clock = clock_}};
  health.begin_shutdown("SIGTERM");

  clock_.advance(30s + 1ns);

  EXPECT_EQ(health.report(Probe::liveness).status(), Status::fail);
  EXPECT_EQ(health.report(Probe::startup).status(), Status::pass);
}

TEST_F(ShutdownTest, IsOneEventOfReadiness) {
  const PushedCheck flag{CheckResult::pass()};
  health_.add_liveness_check("flag", flag);
  std::vector<HealthEvent> events;
  const auto subscription = health_.on_change([&](const HealthEvent& event) { events.push_back(event); });
  health_.run_due();
  events.clear();

  clock_.advance(3h);
  health_.begin_shutdown("SIGTERM");
  health_.begin_shutdown("SIGINT");
  flag.set(CheckResult::fail());
  health_.run_due();

  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].probe, Probe::readiness);
  EXPECT_EQ(events[0].check, "");
  EXPECT_EQ(events[0].from, Status::pass);
  EXPECT_EQ(events[0].to, Status::fail);
  EXPECT_EQ(events[0].reason, "SIGTERM");
  EXPECT_EQ(events[0].lasted, 3h);
}

TEST_F(ShutdownTest, IsAnEventOfLivenessWhenItOverruns) {
  std::vector<HealthEvent> events;
  const auto subscription = health_.on_change([&](const HealthEvent& event) { events.push_back(event); });
  health_.begin_shutdown("SIGTERM");
  health_.run_due();
  events.clear();

  clock_.advance(5min + 1ns);
  health_.run_due();

  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].probe, Probe::liveness);
  EXPECT_EQ(events[0].reason, "shutdown overran");
}

TEST_F(ShutdownTest, MayBeginInsideACheck) {
  health_.add_readiness_check("database", [this] { health_.begin_shutdown("out of memory"); });

  health_.run_due();

  EXPECT_EQ(health_.report(Probe::readiness).reason(), "out of memory");
}

}  // namespace
