#include <chrono>
#include <limits>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/registry.hpp>

#include "http/json_writer.hpp"
#include "support/sample_reports.hpp"
#include "support/sample_views.hpp"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using vitals::Condition;
using vitals::Probe;
using vitals::Report;
using vitals::Status;
using vitals::Value;
using vitals::detail::Awaited;
using vitals::detail::health_json;
using vitals::detail::index_of;
using vitals::detail::Phase;
using vitals::detail::Sight;
using vitals::detail::Snapshot;
using vitals::test::checked;
using vitals::test::noon;
using vitals::test::report_of;

Snapshot snapshot_of(const Report& liveness, const Report& readiness, const Report& startup) {
  Snapshot snapshot{.phase_since = noon};
  for (const auto& report : {liveness, readiness, startup}) {
    snapshot.reports[index_of(report.probe())] = report;
    snapshot.standing.worst = worse(snapshot.standing.worst, report.status());
  }
  return snapshot;
}

Snapshot well() {
  return snapshot_of(report_of(Probe::liveness, Status::pass, {}), report_of(Probe::readiness, Status::pass, {}),
                     report_of(Probe::startup, Status::pass, {}));
}

std::string json_of(const Report& report, Sight sight) {
  return health_json(vitals::test::view_of(report, sight), report.probe());
}

std::string json_of(const Snapshot& snapshot, const vitals::ServiceInfo& service, Sight sight) {
  return health_json(vitals::detail::view_of(snapshot, sight, service));
}

std::string json_of(const vitals::CheckReport& check, vitals::WallTime time, bool with_probe, Sight sight) {
  return health_json(vitals::detail::shown(check, sight), time, with_probe, sight);
}

std::string json_of_data(Value value) {
  auto check = checked("x", Status::pass);
  check.data = {{"key", std::move(value)}};
  const auto json = json_of(report_of(Probe::readiness, Status::pass, {check}), Sight::details);
  const auto begin = json.find("{\"key\":") + 7;
  return json.substr(begin, json.find('}', begin) - begin);
}

TEST(HealthJsonTest, HasStatusAndTimeOfProbeAndChecksInOrder) {
  const auto report =
      report_of(Probe::readiness, Status::warn, {checked("zebra", Status::pass), checked("ant", Status::warn)});

  const auto json = json_of(report, Sight::names);

  EXPECT_EQ(json, R"({"status":"warn","time":"2026-03-01T12:00:00.250Z","checks":{)"
                  R"("zebra":[{"status":"pass","time":"2026-03-01T12:00:00.250Z"}],)"
                  R"("ant":[{"status":"warn","time":"2026-03-01T12:00:00.250Z"}]}})");
}

TEST(HealthJsonTest, HasAnEmptyObjectWithoutChecks) {
  EXPECT_EQ(json_of(report_of(Probe::liveness, Status::pass, {}), Sight::names),
            R"({"status":"pass","time":"2026-03-01T12:00:00.250Z","checks":{}})");
}

TEST(HealthJsonTest, WithholdsMessageDataAndReasonByDefault) {
  auto check = checked("database", Status::fail, "secret-message");
  check.data = {{"secret-key", "secret-value"}};
  const auto report = report_of(Probe::readiness, Status::fail, {check}, "secret-reason");

  const auto of_probe = json_of(report, Sight::names);
  const auto of_check = json_of(check, noon, true, Sight::names);
  const auto of_all = json_of(
      snapshot_of(report_of(Probe::liveness, Status::pass, {}), report, report_of(Probe::startup, Status::pass, {})),
      {.name = "secret-service", .version = "secret-version"}, Sight::names);

  for (const auto& json : {of_probe, of_check, of_all}) EXPECT_THAT(json, Not(HasSubstr("secret")));
}

TEST(HealthJsonTest, ShowsMessageDataAndReasonWhereDetailsAreAllowed) {
  auto check = checked("database", Status::fail, "refused");
  check.data = {{"depth", 3}, {"host", "db"}};

  const auto json = json_of(report_of(Probe::readiness, Status::fail, {check}, "SIGTERM"), Sight::details);

  EXPECT_EQ(json, R"({"status":"fail","time":"2026-03-01T12:00:00.250Z","output":"SIGTERM","checks":{)"
                  R"("database":[{"status":"fail","time":"2026-03-01T12:00:00.250Z","output":"refused",)"
                  R"("data":{"depth":3,"host":"db"}}]}})");
}

TEST(HealthJsonTest, OmitsOutputOnPass) {
  const auto report = report_of(Probe::readiness, Status::pass, {checked("x", Status::pass, "one failure")}, "why");

  EXPECT_THAT(json_of(report, Sight::details), Not(HasSubstr("output")));
}

TEST(HealthJsonTest, OmitsAnEmptyOutput) {
  const auto report = report_of(Probe::readiness, Status::fail, {checked("x", Status::fail)});

  EXPECT_THAT(json_of(report, Sight::details), Not(HasSubstr("output")));
}

TEST(HealthJsonTest, ShowsTheConditionThatExplainsAStatus) {
  auto check = checked("x", Status::fail);
  const auto json_in = [&](Condition condition) {
    check.condition = condition;
    return json_of(check, noon, false, Sight::names);
  };

  EXPECT_THAT(json_in(Condition::stale), HasSubstr(R"("condition":"stale")"));
  EXPECT_THAT(json_in(Condition::overdue), HasSubstr(R"("condition":"overdue")"));
  EXPECT_THAT(json_in(Condition::not_checked_yet), HasSubstr(R"("condition":"not checked yet")"));
  EXPECT_THAT(json_in(Condition::fresh), Not(HasSubstr("condition")));
  EXPECT_THAT(json_in(Condition::running), Not(HasSubstr("condition")));
}

TEST(HealthJsonTest, OmitsTheTimeOfACheckThatNeverRan) {
  auto check = checked("x", Status::fail);
  check.checked_at = std::nullopt;

  const auto json = json_of(check, noon, false, Sight::names);

  EXPECT_EQ(json, R"({"status":"fail","time":"2026-03-01T12:00:00.250Z","checks":{"x":[{"status":"fail"}]}})");
}

TEST(HealthJsonTest, HasAllProbesAndTheProbeOfEachCheck) {
  const auto snapshot = snapshot_of(report_of(Probe::liveness, Status::warn, {checked("loop", Status::warn)}),
                                    report_of(Probe::readiness, Status::fail, {checked("database", Status::fail)}),
                                    report_of(Probe::startup, Status::pass, {}));

  const auto json = json_of(snapshot, {}, Sight::names);

  EXPECT_EQ(json, R"({"status":"fail","time":"2026-03-01T12:00:00.250Z",)"
                  R"("phase":{"name":"serving","since":"2026-03-01T12:00:00.250Z"},)"
                  R"("probes":{"liveness":"warn","readiness":"fail","startup":"pass"},"checks":{)"
                  R"("loop":[{"probe":"liveness","status":"warn","time":"2026-03-01T12:00:00.250Z"}],)"
                  R"("database":[{"probe":"readiness","status":"fail","time":"2026-03-01T12:00:00.250Z"}]}})");
}

TEST(HealthJsonTest, NamesTheProbeOfEachReason) {
  const auto snapshot = snapshot_of(report_of(Probe::liveness, Status::fail, {}, "shutdown overran"),
                                    report_of(Probe::readiness, Status::fail, {}, "SIGTERM"),
                                    report_of(Probe::startup, Status::pass, {}, "unused"));

  EXPECT_THAT(json_of(snapshot, {}, Sight::details),
              HasSubstr(R"("output":"liveness: shutdown overran; readiness: SIGTERM")"));
}

TEST(HealthJsonTest, ShowsThePhaseAndWhatIsAwaitedWhateverTheDetails) {
  auto snapshot = well();
  snapshot.phase = Phase::draining;
  snapshot.awaited = std::make_shared<Awaited>(Awaited{.in_flight = 2, .callbacks = {"web", "cache"}});

  for (const auto details : {Sight::names, Sight::details})
    EXPECT_THAT(json_of(snapshot, {}, details),
                HasSubstr(R"("phase":{"name":"draining","since":"2026-03-01T12:00:00.250Z",)"
                          R"("inFlight":2,"callbacks":["web","cache"]},)"));
}

TEST(HealthJsonTest, HidesTheNamesOfCallbacksWhereItHidesNames) {
  auto snapshot = well();
  snapshot.awaited = std::make_shared<Awaited>(Awaited{.in_flight = 2, .callbacks = {"web"}});

  EXPECT_THAT(json_of(snapshot, {}, Sight::counts), HasSubstr(R"("inFlight":2},)"));
}

TEST(HealthJsonTest, HasAKeyForEachMeasurementOfTheDraft) {
  auto check = checked("database", Status::warn);
  check.data = {{"response_time", 0.25}, {"connections", 12}, {"host", "db"}};

  const auto json = json_of(report_of(Probe::readiness, Status::warn, {check}), Sight::details);

  EXPECT_THAT(json, HasSubstr(R"("database:responseTime":[{"observedValue":0.25,"observedUnit":"s","status":"warn",)"
                              R"("time":"2026-03-01T12:00:00.250Z"}],"database:connections":[{"observedValue":12,)"));
  EXPECT_THAT(json, Not(HasSubstr("database:host")));
  EXPECT_THAT(json_of(report_of(Probe::readiness, Status::warn, {check}), Sight::names), Not(HasSubstr("database:")));
}

TEST(HealthJsonTest, IdentifiesTheServiceCompletely) {
  const vitals::ServiceInfo service{.name = "notes",
                                    .version = "1.4.2",
                                    .release_id = "9f3c2e1",
                                    .description = "keeps notes",
                                    .links = {{"runbook", "https://wiki.example/notes"}}};

  EXPECT_THAT(json_of(well(), service, Sight::details),
              HasSubstr(R"("serviceId":"notes","version":"1.4.2","releaseId":"9f3c2e1","description":"keeps notes",)"
                        R"("links":{"runbook":"https://wiki.example/notes"},)"));
}

TEST(HealthJsonTest, ShowsThatNothingIsAwaitedAnyMore) {
  auto snapshot = well();
  snapshot.awaited = std::make_shared<Awaited>();

  EXPECT_THAT(json_of(snapshot, {}, Sight::names), HasSubstr(R"("inFlight":0,"callbacks":[]},)"));
}

TEST(HealthJsonTest, ShowsNothingAwaitedUnlessItWasReported) {
  auto snapshot = well();
  snapshot.phase = Phase::draining;

  EXPECT_THAT(json_of(snapshot, {}, Sight::names),
              HasSubstr(R"("phase":{"name":"draining","since":"2026-03-01T12:00:00.250Z"},)"));
}

TEST(HealthJsonTest, IdentifiesTheServiceWhereDetailsAreAllowed) {
  EXPECT_THAT(json_of(well(), {.name = "notes", .version = "1.4.2"}, Sight::details),
              HasSubstr(R"("serviceId":"notes","version":"1.4.2",)"));
  EXPECT_THAT(json_of(well(), {}, Sight::details), AllOf(Not(HasSubstr("serviceId")), Not(HasSubstr("version"))));
}

/// A check that has failed twice of three times in a row.
vitals::CheckReport failing_check() {
  auto check = checked("database", Status::pass);
  check.critical = false;
  check.failure_threshold = 3;
  check.failures_in_a_row = 2;
  check.duration = 12ms;
  check.runs = 8;
  check.results = 7;
  check.failures = 4;
  check.timeouts = 1;
  return check;
}

TEST(HealthJsonTest, ShowsTheStatisticsOfEachCheckAmongAllProbes) {
  constexpr auto statistics = R"("critical":false,"failuresInARow":2,"failureThreshold":3,"durationSeconds":0.012,)"
                              R"("results":7,"failures":4,"timeouts":1})";
  const auto readiness = report_of(Probe::readiness, Status::pass, {failing_check()});
  auto snapshot = well();
  snapshot.reports[index_of(Probe::readiness)] = readiness;

  EXPECT_THAT(json_of(snapshot, {}, Sight::details), HasSubstr(statistics));
  EXPECT_THAT(json_of(failing_check(), noon, true, Sight::details), HasSubstr(statistics));

  EXPECT_THAT(json_of(snapshot, {}, Sight::names), Not(HasSubstr("critical")));
  EXPECT_THAT(json_of(failing_check(), noon, true, Sight::names), Not(HasSubstr("critical")));
  EXPECT_THAT(json_of(readiness, Sight::details), Not(HasSubstr("critical")));
}

TEST(HealthJsonTest, HasNoStatisticsOfResultsBeforeTheFirst) {
  auto check = failing_check();
  check.results = 0;

  EXPECT_THAT(json_of(check, noon, true, Sight::details), HasSubstr(R"("critical":false})"));
}

TEST(HealthJsonTest, HasNoPhaseForOneProbe) {
  EXPECT_THAT(json_of(report_of(Probe::readiness, Status::pass, {}), Sight::details), Not(HasSubstr("phase")));
}

TEST(HealthJsonTest, WritesEachKindOfValue) {
  EXPECT_EQ(json_of_data({}), "null");
  EXPECT_EQ(json_of_data(true), "true");
  EXPECT_EQ(json_of_data(-3), "-3");
  EXPECT_EQ(json_of_data(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(json_of_data(0.5), "0.5");
  EXPECT_EQ(json_of_data("a \"b\" \\"), R"("a \"b\" \\")");
  EXPECT_EQ(json_of_data(std::numeric_limits<double>::infinity()), "null");
}

TEST(HealthJsonTest, ReplacesInvalidUtf8) {
  auto check = checked("bad\xff", Status::fail, "half \xe2\x82");
  check.data = {{"key\x80", Value{"\xc3("}}};

  const auto json = json_of(report_of(Probe::readiness, Status::fail, {check}, "\xfe"), Sight::details);

  EXPECT_THAT(json, HasSubstr("bad\xef\xbf\xbd"));
  EXPECT_THAT(json, HasSubstr("half \xef\xbf\xbd"));
}

}  // namespace
