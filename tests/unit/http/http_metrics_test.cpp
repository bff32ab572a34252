#include <chrono>
#include <cstdint>
#include <limits>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/version.hpp>

#include "http/metrics_writer.hpp"
#include "support/sample_reports.hpp"

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using vitals::CheckReport;
using vitals::Probe;
using vitals::Report;
using vitals::Status;
using vitals::detail::index_of;
using vitals::detail::metrics_body;
using vitals::detail::Phase;
using vitals::detail::Snapshot;
using vitals::test::checked;
using vitals::test::noon;
using vitals::test::not_critical;
using vitals::test::report_of;

Snapshot snapshot_of(const Report& readiness) {
  Snapshot snapshot{.started = noon};
  for (const auto& report :
       {report_of(Probe::liveness, Status::pass, {}), readiness, report_of(Probe::startup, Status::pass, {})})
    snapshot.reports[index_of(report.probe())] = report;
  return snapshot;
}

Snapshot snapshot_of(std::vector<CheckReport> checks) {
  return snapshot_of(report_of(Probe::readiness, Status::pass, std::move(checks)));
}

/// A critical check that has run.
CheckReport database() {
  auto check = checked("database", Status::pass);
  check.duration = 1'500'020us;
  check.succeeded_at = noon - 1s;
  check.runs = 12;
  check.results = 11;
  check.failures = 3;
  check.timeouts = 2;
  return check;
}

/// The sample lines that begin with one of these.
std::vector<std::string> lines_of(const std::string& text, const std::string& beginning) {
  std::vector<std::string> found;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(beginning)) found.push_back(line);
  return found;
}

TEST(MetricsWriterTest, WritesTheServiceAndItsProbes) {
  const auto text = metrics_body(snapshot_of(report_of(Probe::readiness, Status::warn, {})), true);

  EXPECT_EQ(text,
            "# HELP vitals_build_info The version of the vitals library.\n"
            "# TYPE vitals_build_info gauge\n"
            "vitals_build_info{version=\"" +
                std::string{vitals::version()} +
                "\"} 1\n"
                "# HELP vitals_start_time_seconds When the registry was made.\n"
                "# TYPE vitals_start_time_seconds gauge\n"
                "vitals_start_time_seconds 1772366400.25\n"
                "# HELP vitals_phase Whether the service is in this phase of its life.\n"
                "# TYPE vitals_phase gauge\n"
                "vitals_phase{phase=\"starting\"} 0\n"
                "vitals_phase{phase=\"serving\"} 1\n"
                "vitals_phase{phase=\"draining\"} 0\n"
                "# HELP vitals_probe_up Whether the probe passes or warns.\n"
                "# TYPE vitals_probe_up gauge\n"
                "vitals_probe_up{probe=\"liveness\"} 1\n"
                "vitals_probe_up{probe=\"readiness\"} 1\n"
                "vitals_probe_up{probe=\"startup\"} 1\n"
                "# HELP vitals_probe_degraded Whether the probe warns.\n"
                "# TYPE vitals_probe_degraded gauge\n"
                "vitals_probe_degraded{probe=\"liveness\"} 0\n"
                "vitals_probe_degraded{probe=\"readiness\"} 1\n"
                "vitals_probe_degraded{probe=\"startup\"} 0\n");
}

TEST(MetricsWriterTest, WritesNineFamiliesOfACheckThatIsCalled) {
  const auto text = metrics_body(snapshot_of({database()}), true);

  const std::string labels = R"({probe="readiness",check="database"})";
  EXPECT_THAT(lines_of(text, "vitals_check_"),
              ElementsAre("vitals_check_up" + labels + " 1",                                      //
                          "vitals_check_degraded" + labels + " 0",                                //
                          "vitals_check_runs_total" + labels + " 12",                             //
                          "vitals_check_results_total" + labels + " 11",                          //
                          "vitals_check_failures_total" + labels + " 3",                          //
                          "vitals_check_timeouts_total" + labels + " 2",                          //
                          "vitals_check_duration_seconds" + labels + " 1.50002",                  //
                          "vitals_check_last_run_timestamp_seconds" + labels + " 1772366400.25",  //
                          "vitals_check_last_success_timestamp_seconds" + labels + " 1772366399.25"));
}

TEST(MetricsWriterTest, SaysWhichFamiliesAreCounters) {
  const auto text = metrics_body(snapshot_of({database()}), true);

  for (const auto& line : lines_of(text, "# TYPE ")) {
    const auto name = line.substr(7, line.find(' ', 7) - 7);
    EXPECT_EQ(line, "# TYPE " + name + (name.ends_with("_total") ? " counter" : " gauge"));
  }
}

TEST(MetricsWriterTest, WritesZeroBeforeTheFirstRun) {
  CheckReport fresh;
  fresh.name = "database";

  const auto text = metrics_body(snapshot_of({fresh}), true);

  const auto lines = lines_of(text, "vitals_check_");
  EXPECT_EQ(lines.size(), 9);
  for (const auto& line : lines) EXPECT_THAT(line, testing::EndsWith("} 0"));
}

TEST(MetricsWriterTest, WritesOnlyUpAndDegradedOfAnInstantCheck) {
  auto beat = checked("worker", Status::warn);
  beat.called = false;

  const auto text = metrics_body(snapshot_of({beat}), true);

  EXPECT_THAT(lines_of(text, "vitals_check_"),
              ElementsAre(R"(vitals_check_up{probe="readiness",check="worker"} 1)",
                          R"(vitals_check_degraded{probe="readiness",check="worker"} 1)"));
  EXPECT_THAT(text, Not(HasSubstr("vitals_check_runs_total")));
}

TEST(MetricsWriterTest, WritesTheChecksOwnStatusEvenIfItIsNotCritical) {
  const auto text = metrics_body(
      snapshot_of(report_of(Probe::readiness, Status::warn, {not_critical(checked("cache", Status::fail))})), true);

  EXPECT_THAT(text, HasSubstr("\nvitals_check_up{probe=\"readiness\",check=\"cache\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("\nvitals_check_degraded{probe=\"readiness\",check=\"cache\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("\nvitals_probe_up{probe=\"readiness\"} 1\n"));
}

TEST(MetricsWriterTest, WritesAFailedProbeAsNeitherUpNorDegraded) {
  const auto text = metrics_body(snapshot_of(report_of(Probe::readiness, Status::fail, {})), true);

  EXPECT_THAT(text, HasSubstr("\nvitals_probe_up{probe=\"readiness\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("\nvitals_probe_degraded{probe=\"readiness\"} 0\n"));
}

TEST(MetricsWriterTest, WritesOneSeriesPerPhase) {
  auto snapshot = snapshot_of(std::vector<CheckReport>{});
  snapshot.phase = Phase::draining;

  const auto text = metrics_body(snapshot, true);

  EXPECT_THAT(lines_of(text, "vitals_phase{"),
              ElementsAre(R"(vitals_phase{phase="starting"} 0)", R"(vitals_phase{phase="serving"} 0)",
                          R"(vitals_phase{phase="draining"} 1)"));
}

TEST(MetricsWriterTest, WritesNothingOfChecksWithoutNames) {
  const auto text = metrics_body(snapshot_of({database()}), false);

  EXPECT_THAT(text, Not(HasSubstr("check")));
  EXPECT_THAT(text, Not(HasSubstr("database")));
  EXPECT_THAT(text, HasSubstr("\nvitals_probe_up{probe=\"readiness\"} 1\n"));
}

TEST(MetricsWriterTest, EscapesLabelValues) {
  const auto text = metrics_body(snapshot_of({checked("a\"b\\c\nd\\", Status::pass)}), true);

  EXPECT_THAT(text, HasSubstr("\nvitals_check_up{probe=\"readiness\",check=\"a\\\"b\\\\c\\nd\\\\\"} 1\n"));
}

TEST(MetricsWriterTest, WritesNumbersExactly) {
  auto check = database();
  check.runs = std::numeric_limits<std::uint64_t>::max();
  check.results = (std::uint64_t{1} << 53) + 1;
  check.duration = vitals::Duration::max();
  check.checked_at = vitals::WallTime::min();
  check.succeeded_at = vitals::WallTime{1ns};

  const auto text = metrics_body(snapshot_of({check}), true);

  const std::string labels = R"({probe="readiness",check="database"} )";
  EXPECT_THAT(text, HasSubstr("runs_total" + labels + "18446744073709551615\n"));
  EXPECT_THAT(text, HasSubstr("results_total" + labels + "9007199254740993\n"));
  EXPECT_THAT(text, HasSubstr("duration_seconds" + labels + "9223372036.854775807\n"));
  EXPECT_THAT(text, HasSubstr("last_run_timestamp_seconds" + labels + "-9223372036.854775808\n"));
  EXPECT_THAT(text, HasSubstr("last_success_timestamp_seconds" + labels + "0.000000001\n"));
}

TEST(MetricsWriterTest, WritesEachFamilyOnceAndWhole) {
  auto snapshot = snapshot_of({database(), checked("queue", Status::warn)});
  snapshot.reports[index_of(Probe::liveness)] =
      report_of(Probe::liveness, Status::pass, {checked("loop", Status::pass)});

  const auto text = metrics_body(snapshot, true);

  std::set<std::string> families;
  std::string family;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(families.insert(family).second) << family;
    } else if (!line.starts_with("# TYPE " + family + ' ')) {
      EXPECT_EQ(line.substr(0, line.find_first_of("{ ")), family);
    }
  }
  EXPECT_EQ(families.size(), 14);
}

}  // namespace
