#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace {

using namespace std::chrono_literals;
using vitals::CheckReport;
using vitals::CheckResult;
using vitals::Condition;
using vitals::HealthRegistry;
using vitals::Probe;
using vitals::PushedCheck;
using vitals::Status;
using vitals::test::ManualClock;

class ProbesTest : public testing::Test {
 protected:
  CheckReport check(const std::string& name) const { return health_.report(name); }
  Status status(Probe probe = Probe::readiness) const { return health_.report(probe).status(); }

  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
};

TEST_F(ProbesTest, PassWithoutChecks) {
  EXPECT_EQ(status(Probe::liveness), Status::pass);
  EXPECT_EQ(status(Probe::readiness), Status::pass);
  EXPECT_EQ(status(Probe::startup), Status::pass);
}

TEST_F(ProbesTest, AreAsGoodAsTheWorstOfTheirChecks) {
  const PushedCheck flag{CheckResult::pass()};
  health_.add_readiness_check("good", PushedCheck{CheckResult::pass()});
  health_.add_readiness_check("changing", flag);
  EXPECT_EQ(status(), Status::pass);

  flag.set(CheckResult::warn());
  EXPECT_EQ(status(), Status::warn);

  health_.add_readiness_check("bad", PushedCheck{CheckResult::fail()});
  EXPECT_EQ(status(), Status::fail);
}

TEST_F(ProbesTest, AreNotTouchedByTheChecksOfOthers) {
  health_.add_readiness_check("database", PushedCheck{CheckResult::fail()});

  EXPECT_EQ(status(Probe::liveness), Status::pass);
  EXPECT_EQ(status(Probe::startup), Status::pass);
}

TEST_F(ProbesTest, WarnOfACheckThatIsNotCriticalAndHasFailed) {
  health_.add_readiness_check("cache", PushedCheck{CheckResult::fail("down")}, {.critical = false});

  EXPECT_EQ(status(), Status::warn);
  EXPECT_EQ(check("cache").status, Status::fail);
  EXPECT_FALSE(check("cache").critical);
}

TEST_F(ProbesTest, FailWhereTheNextCheckIsCritical) {
  health_.add_readiness_check("cache", PushedCheck{CheckResult::fail()}, {.critical = false});
  health_.add_readiness_check("database", PushedCheck{CheckResult::fail()});

  EXPECT_EQ(status(), Status::fail);
}

TEST_F(ProbesTest, WarnOfAStaleCheckThatIsNotCritical) {
  health_.add_readiness_check("cache", [] {}, {.critical = false});
  health_.run_due();

  clock_.advance(31s);

  EXPECT_EQ(status(), Status::warn);
  EXPECT_EQ(check("cache").status, Status::fail);
}

TEST_F(ProbesTest, FailUntilEachReadinessCheckHasRun) {
  health_.add_readiness_check("database", [] {});
  EXPECT_EQ(status(), Status::fail);
  EXPECT_EQ(check("database").condition, Condition::not_checked_yet);

  health_.run_due();

  EXPECT_EQ(status(), Status::pass);
}

TEST_F(ProbesTest, PassLivenessUntilItNeverRan) {
  health_.add_liveness_check("loop", [] {});

  EXPECT_EQ(status(Probe::liveness), Status::pass);
  clock_.advance(30s + 1ns);
  EXPECT_EQ(status(Probe::liveness), Status::fail);
  EXPECT_EQ(check("loop").message, "never ran");
}

TEST_F(ProbesTest, FailOfAResultThatHasGoneStale) {
  health_.add_readiness_check("database", [] {});
  health_.run_due();

  clock_.advance(30s);
  EXPECT_EQ(status(), Status::pass);
  clock_.advance(1ns);

  EXPECT_EQ(status(), Status::fail);
  EXPECT_EQ(check("database").condition, Condition::stale);
}

TEST_F(ProbesTest, RunNoCheckForAReport) {
  int runs = 0;
  health_.add_readiness_check("database", [&] { ++runs; });

  for (int i = 0; i < 10; ++i) static_cast<void>(health_.report(Probe::readiness));

  EXPECT_EQ(runs, 0);
}

TEST_F(ProbesTest, ForgetARemovedCheck) {
  const auto handle = health_.add_readiness_check("database", PushedCheck{CheckResult::fail()});

  handle.remove();

  EXPECT_EQ(status(), Status::pass);
  EXPECT_TRUE(health_.report(Probe::readiness).checks().empty());
}

TEST_F(ProbesTest, ForgetARemovedCheckThatIsNotCritical) {
  const auto handle = health_.add_readiness_check("cache", PushedCheck{CheckResult::fail()}, {.critical = false});

  handle.remove();

  EXPECT_EQ(status(), Status::pass);
}

TEST_F(ProbesTest, ReportWhenThingsHappenedByTheWallClock) {
  bool good = true;
  health_.add_readiness_check("database", [&] { return good; }, {.schedule = vitals::every(10s)});
  const auto first = vitals::Clock{clock_}.wall_now();
  health_.run_due();
  clock_.advance(20s);
  const auto second = vitals::Clock{clock_}.wall_now();
  good = false;

  health_.run_due();

  EXPECT_EQ(health_.report(Probe::readiness).time(), second);
  EXPECT_EQ(check("database").checked_at, second);
  EXPECT_EQ(check("database").succeeded_at, first);
  EXPECT_EQ(check("database").changed_at, second);
}

TEST_F(ProbesTest, ReportNoTimesOfACheckThatNeverRan) {
  health_.add_readiness_check("database", [] {});

  EXPECT_EQ(check("database").checked_at, std::nullopt);
  EXPECT_EQ(check("database").succeeded_at, std::nullopt);
  EXPECT_EQ(check("database").changed_at, std::nullopt);
}

TEST_F(ProbesTest, ReportSinceWhenAStatusIsWhatItIs) {
  health_.add_readiness_check("database", [] {});
  const auto first = vitals::Clock{clock_}.wall_now();
  health_.run_due();
  clock_.advance(15s);

  health_.run_due();

  EXPECT_EQ(check("database").changed_at, first);
}

TEST_F(ProbesTest, ReportTheCountersOfACheck) {
  health_.add_readiness_check("database", [this] {
    clock_.advance(30ms);
    return false;
  });

  health_.run_due();

  EXPECT_EQ(check("database").runs, 1U);
  EXPECT_EQ(check("database").failures, 1U);
  EXPECT_EQ(check("database").failures_in_a_row, 1U);
  EXPECT_EQ(check("database").duration, 30ms);
}

TEST_F(ProbesTest, ShowAFailureThatDoesNotCountYet) {
  bool good = true;
  health_.add_readiness_check("database",
                              [&] { return good ? CheckResult::pass() : CheckResult::fail("connection refused"); },
                              {.schedule = vitals::every(10s), .failure_threshold = 2});
  health_.run_due();
  good = false;
  clock_.advance(11s);

  health_.run_due();

  EXPECT_EQ(check("database").status, Status::pass);
  EXPECT_EQ(check("database").message, "connection refused");
}

TEST_F(ProbesTest, KeepAReportAsItWas) {
  const PushedCheck flag{CheckResult::pass("before")};
  health_.add_readiness_check("feed", flag);
  const auto report = health_.report(Probe::readiness);

  flag.set(CheckResult::fail("after"));

  EXPECT_EQ(report.status(), Status::pass);
  EXPECT_EQ(report.find("feed")->message, "before");
}

}  // namespace
