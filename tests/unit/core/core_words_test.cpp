#include <chrono>
#include <sstream>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

#include <vitals/error.hpp>
#include <vitals/health_event.hpp>
#include <vitals/report.hpp>
#include <vitals/status.hpp>
#include <vitals/version.hpp>

namespace {

using namespace std::chrono_literals;
using vitals::Condition;
using vitals::HealthEvent;
using vitals::Probe;
using vitals::Status;
using vitals::WallTime;

constexpr WallTime exact_noon{1'772'366'400s};  // 2026-03-01T12:00:00Z

std::string line_of(const HealthEvent& event) {
  std::ostringstream out;
  vitals::log_changes(out)(event);
  return out.str();
}

TEST(LogChangesTest, WritesOneLineForACheck) {
  const HealthEvent event{.probe = Probe::readiness,
                          .check = "database",
                          .from = Status::pass,
                          .to = Status::fail,
                          .reason = "connection refused",
                          .time = exact_noon,
                          .lasted = 3h + 12min};

  EXPECT_EQ(line_of(event),
            "2026-03-01T12:00:00.000Z vitals: readiness check database: pass -> fail after 3 h 12 min (connection "
            "refused)\n");
}

TEST(LogChangesTest, WritesTheFirstStatusWithoutAnArrow) {
  const HealthEvent event{.probe = Probe::liveness, .check = "loop", .to = Status::pass, .time = exact_noon};

  EXPECT_EQ(line_of(event), "2026-03-01T12:00:00.000Z vitals: liveness check loop: pass\n");
}

TEST(LogChangesTest, WritesOneLineForAProbe) {
  const HealthEvent event{.probe = Probe::readiness,
                          .from = Status::pass,
                          .to = Status::fail,
                          .reason = "SIGTERM",
                          .time = exact_noon,
                          .lasted = 1500ms};

  EXPECT_EQ(line_of(event), "2026-03-01T12:00:00.000Z vitals: readiness: pass -> fail after 1.5 s (SIGTERM)\n");
}

TEST(LogChangesTest, WritesMillisecondsRoundedDown) {
  const HealthEvent event{.probe = Probe::startup, .to = Status::pass, .time = exact_noon + 7'999'999ns};

  EXPECT_EQ(line_of(event), "2026-03-01T12:00:00.007Z vitals: startup: pass\n");
}

TEST(LogChangesTest, WritesATimeBeforeTheEpoch) {
  const HealthEvent event{.probe = Probe::startup, .to = Status::pass, .time = WallTime{-1ms}};

  EXPECT_EQ(line_of(event), "1969-12-31T23:59:59.999Z vitals: startup: pass\n");
}

TEST(LogChangesTest, SaysHowManyChangesWereFolded) {
  const HealthEvent event{.probe = Probe::readiness,
                          .from = Status::pass,
                          .to = Status::warn,
                          .time = exact_noon,
                          .missed = 3,
                          .lasted = 5s};

  EXPECT_EQ(
      line_of(event),
      "2026-03-01T12:00:00.000Z vitals: readiness: pass -> warn after 5 s [3 changes before this one not shown]\n");
}

TEST(LogChangesTest, HasEachLineOutAtOnce) {
  struct CountingBuffer : std::stringbuf {
    int sync() override { return ++flushes, 0; }
    int flushes = 0;
  } buffer;
  std::ostream out{&buffer};

  vitals::log_changes(out)({.to = Status::pass, .time = exact_noon});

  EXPECT_EQ(buffer.flushes, 1);
}

TEST(VersionTest, IsThatOfTheHeaders) {
  const auto expected = std::to_string(VITALS_VERSION_MAJOR) + "." + std::to_string(VITALS_VERSION_MINOR) + "." +
                        std::to_string(VITALS_VERSION_PATCH);

  EXPECT_EQ(vitals::version(), expected);
}

TEST(ErrorTest, BelongsToTheCategoryOfTheLibrary) {
  const std::error_code error = vitals::Errc::already_started;

  EXPECT_STREQ(error.category().name(), "vitals");
  EXPECT_EQ(error, vitals::make_error_code(vitals::Errc::already_started));
  EXPECT_EQ(error.message(), "the server has already been started");
}

TEST(ErrorTest, HasAMessageForAnUnknownNumber) { EXPECT_EQ(vitals::error_category().message(99), "unknown error"); }

TEST(StatusTest, IsSpelledInLowerCase) {
  EXPECT_EQ(to_string(Status::pass), "pass");
  EXPECT_EQ(to_string(Status::warn), "warn");
  EXPECT_EQ(to_string(Status::fail), "fail");
}

TEST(StatusTest, PrefersTheWorse) {
  EXPECT_EQ(worse(Status::pass, Status::warn), Status::warn);
  EXPECT_EQ(worse(Status::fail, Status::warn), Status::fail);
  EXPECT_EQ(worse(Status::pass, Status::pass), Status::pass);
}

TEST(ProbeTest, IsSpelledInLowerCase) {
  EXPECT_EQ(to_string(Probe::liveness), "liveness");
  EXPECT_EQ(to_string(Probe::readiness), "readiness");
  EXPECT_EQ(to_string(Probe::startup), "startup");
}

TEST(ConditionTest, IsSpelledInWords) {
  EXPECT_EQ(to_string(Condition::fresh), "fresh");
  EXPECT_EQ(to_string(Condition::running), "running");
  EXPECT_EQ(to_string(Condition::overdue), "overdue");
  EXPECT_EQ(to_string(Condition::not_checked_yet), "not checked yet");
  EXPECT_EQ(to_string(Condition::stale), "stale");
}

TEST(StatusTest, IsWrittenToAStream) {
  std::ostringstream out;

  out << Status::warn << ' ' << Probe::startup;

  EXPECT_EQ(out.str(), "warn startup");
}

}  // namespace
