#include <chrono>
#include <sstream>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check_result.hpp>
#include <vitals/health_event.hpp>
#include <vitals/registry.hpp>
#include <vitals/report.hpp>

namespace {

using namespace std::chrono_literals;
using vitals::CheckReport;
using vitals::CheckResult;
using vitals::Condition;
using vitals::HealthEvent;
using vitals::Probe;
using vitals::Report;
using vitals::Status;

std::string streamed(const auto& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

TEST(StreamTest, ShowsAStatusAndACondition) {
  EXPECT_EQ(streamed(Status::warn), "warn");
  EXPECT_EQ(streamed(Condition::not_checked_yet), "not checked yet");
}

TEST(StreamTest, ShowsAResultWithItsData) {
  EXPECT_EQ(streamed(CheckResult::pass()), "pass");
  EXPECT_EQ(
      streamed(CheckResult::warn("slow").with("load", 0.5).with("idle", true).with("host", "a").with("old", nullptr)),
      R"(warn "slow" {load: 0.5, idle: true, host: "a", old: null})");
}

TEST(StreamTest, ShowsAReportWithOneLinePerCheck) {
  const CheckReport database{.name = "database", .status = Status::fail, .message = "connection refused"};
  const CheckReport queue{.name = "queue", .status = Status::pass, .data = {{"depth", 12}}};

  EXPECT_EQ(streamed(database), R"(database: fail "connection refused")");
  EXPECT_EQ(streamed(Report{{.probe = Probe::readiness, .status = Status::fail, .checks = {database, queue}}}),
            "readiness: fail\n  database: fail \"connection refused\"\n  queue: pass {depth: 12}");
  EXPECT_EQ(streamed(Report{{.probe = Probe::readiness, .status = Status::fail, .reason = "starting"}}),
            R"(readiness: fail "starting")");
}

TEST(DurationDatumTest, IsItsSeconds) {
  EXPECT_EQ(streamed(CheckResult::pass().with("age", 5s)), "pass {age: 5}");
  EXPECT_EQ(streamed(CheckResult::pass().with("age", 1500ms)), "pass {age: 1.5}");
  EXPECT_EQ(streamed(CheckResult::pass().with("age", 2h)), "pass {age: 7200}");
  EXPECT_EQ(streamed(CheckResult::pass().with("age", std::chrono::duration<double>{0.25})), "pass {age: 0.25}");
  EXPECT_EQ(vitals::Value{100ms}, vitals::Value{0.1});
  EXPECT_EQ(vitals::Value{-3s}, vitals::Value{-3});
}

const HealthEvent lost{
    .check = "database", .from = Status::pass, .to = Status::fail, .reason = "connection refused", .lasted = 192min};
constexpr std::string_view lost_line =
    "1970-01-01T00:00:00.000Z vitals: readiness check database: pass -> fail after 3 h 12 min (connection refused)";

TEST(HealthEventTest, IsOneLine) { EXPECT_EQ(to_string(lost), lost_line); }

TEST(HealthEventTest, KnowsWhetherItIsAboutACheck) {
  EXPECT_TRUE(lost.is_check());
  EXPECT_FALSE(HealthEvent{}.is_check());
}

TEST(LogChangesTest, GivesALoggerOneLinePerEvent) {
  std::string logged;
  const auto listener = vitals::log_changes([&](std::string_view line) { logged += line; });

  listener(lost);

  EXPECT_EQ(logged, lost_line);
}

TEST(LogChangesTest, RefusesAnEmptyFunction) {
  EXPECT_THAT([] { static_cast<void>(vitals::log_changes(vitals::LogFunction{})); },
              testing::ThrowsMessage<std::invalid_argument>("vitals: log_changes: the function must not be empty"));
}

}  // namespace
