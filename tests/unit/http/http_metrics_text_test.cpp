#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/heartbeat.hpp>
#include <vitals/heartbeat_group.hpp>
#include <vitals/metrics.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using vitals::CheckResult;
using vitals::HealthRegistry;
using vitals::metrics_text;
using vitals::test::ManualClock;

std::string sample(const std::string& family, const std::string& check, const std::string& value) {
  return "\nvitals_check_" + family + "{probe=\"readiness\",check=\"" + check + "\"} " + value + "\n";
}

class MetricsTextTest : public testing::Test {
 protected:
  [[nodiscard]] std::string text() const { return metrics_text(health); }

  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
};

TEST_F(MetricsTextTest, HasEverySeriesOfACheckFromItsRegistrationOn) {
  health.add_readiness_check("database", [] { return true; });

  for (const std::string family : {"up", "degraded", "runs_total", "results_total", "failures_total", "timeouts_total",
                                   "duration_seconds", "last_run_timestamp_seconds", "last_success_timestamp_seconds"})
    EXPECT_THAT(text(), HasSubstr(sample(family, "database", "0")));
}

TEST_F(MetricsTextTest, RunsNoCheck) {
  int calls = 0;
  health.add_readiness_check("database", [&] { ++calls; });

  (void)text();
  (void)text();
  EXPECT_EQ(calls, 0);

  health.run_due();
  EXPECT_EQ(calls, 1);
  EXPECT_THAT(text(), HasSubstr(sample("runs_total", "database", "1")));
}

TEST_F(MetricsTextTest, FollowsTheResults) {
  bool up = true;
  health.add_readiness_check("database", [&] { return up; }, {.schedule = vitals::every(5s)});
  health.run_due();
  ASSERT_THAT(text(), HasSubstr(sample("up", "database", "1")));

  up = false;
  clock.advance(10s);
  health.run_due();

  EXPECT_THAT(text(), HasSubstr(sample("up", "database", "0")));
  EXPECT_THAT(text(), HasSubstr(sample("results_total", "database", "2")));
  EXPECT_THAT(text(), HasSubstr(sample("failures_total", "database", "1")));
  EXPECT_THAT(text(), HasSubstr("\nvitals_probe_up{probe=\"readiness\"} 0\n"));
}

TEST_F(MetricsTextTest, HasOnlyUpAndDegradedOfAHeartbeatAGroupAndAPushedCheck) {
  vitals::Heartbeat beat{1s};
  vitals::HeartbeatGroup group{1s};
  health.add_readiness_check("beat", beat);
  health.add_readiness_check("group", group);
  health.add_readiness_check("pushed", vitals::PushedCheck{CheckResult::warn()});

  const auto now = text();

  EXPECT_THAT(now, HasSubstr(sample("up", "beat", "1")));
  EXPECT_THAT(now, HasSubstr(sample("up", "group", "1")));
  EXPECT_THAT(now, HasSubstr(sample("degraded", "pushed", "1")));
  for (const std::string family : {"runs", "results", "failures", "timeouts", "duration", "timestamp"})
    EXPECT_THAT(now, Not(HasSubstr(family)));
}

TEST_F(MetricsTextTest, HasNoSeriesOfARemovedCheck) {
  const auto handle = health.add_readiness_check("database", [] { return true; });
  const auto before = text();
  ASSERT_THAT(before, HasSubstr("database"));

  handle.remove();

  EXPECT_THAT(text(), Not(HasSubstr("database")));
}

TEST_F(MetricsTextTest, StartsAnewWithACheckThatIsAddedAgain) {
  const auto handle = health.add_readiness_check("database", [] { return true; });
  health.run_due();
  ASSERT_THAT(text(), HasSubstr(sample("runs_total", "database", "1")));

  handle.remove();
  health.add_readiness_check("database", [] { return true; });

  EXPECT_THAT(text(), HasSubstr(sample("up", "database", "0")));
  EXPECT_THAT(text(), HasSubstr(sample("runs_total", "database", "0")));
  EXPECT_THAT(text(), HasSubstr(sample("last_success_timestamp_seconds", "database", "0")));
}

TEST_F(MetricsTextTest, HasTheTimeAtWhichTheRegistryWasMade) {
  const auto before = text();
  ASSERT_THAT(before, HasSubstr("\nvitals_start_time_seconds "));

  clock.advance(1h);
  health.begin_shutdown("test");

  const auto line = before.substr(before.find("\nvitals_start_time_seconds ") + 1);
  EXPECT_THAT(text(), HasSubstr(line.substr(0, line.find('\n') + 1)));
}

TEST_F(MetricsTextTest, FollowsThePhase) {
  EXPECT_THAT(text(), HasSubstr("\nvitals_phase{phase=\"serving\"} 1\n"));

  health.begin_shutdown("test");

  EXPECT_THAT(text(), HasSubstr("\nvitals_phase{phase=\"draining\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("\nvitals_probe_up{probe=\"readiness\"} 0\n"));
}

TEST_F(MetricsTextTest, HasNoWorkInFlightWithoutALifecycle) {
  EXPECT_THAT(text(), HasSubstr("# TYPE vitals_in_flight_work gauge\nvitals_in_flight_work 0\n"));
}

TEST_F(MetricsTextTest, MayBeCalledFromACheckAndWhileChecksComeAndGo) {
  std::string inside;
  health.add_readiness_check("database", [&] { inside = text(); });
  std::atomic<bool> stop = false;
  std::jthread reader{[&] {
    while (!stop) (void)text();
  }};

  for (int i = 0; i < 200; ++i) health.add_readiness_check("other", [] { return true; }).remove();
  health.run_due();
  stop = true;

  EXPECT_THAT(inside, HasSubstr("database"));
}

}  // namespace
