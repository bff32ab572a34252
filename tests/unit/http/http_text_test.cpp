#include <string>

#include <gtest/gtest.h>

#include "http/text_writer.hpp"
#include "support/sample_reports.hpp"
#include "support/sample_views.hpp"

namespace {

using vitals::Probe;
using vitals::Status;
using vitals::detail::Sight;
using vitals::detail::verbose_text;
using vitals::detail::verdict;
using vitals::test::checked;
using vitals::test::not_critical;
using vitals::test::report_of;

std::string text_of(const vitals::Report& report, Sight sight) {
  return verbose_text(vitals::test::view_of(report, sight), report.probe());
}

std::string text_of(const vitals::CheckReport& check, Sight sight) {
  return verbose_text(vitals::detail::shown(check, sight), sight);
}

TEST(VerdictTest, IsOkUnlessTheProbeFails) {
  EXPECT_EQ(verdict(Status::pass), "OK");
  EXPECT_EQ(verdict(Status::warn), "OK");
  EXPECT_EQ(verdict(Status::fail), "Service Unavailable");
}

TEST(VerboseTextTest, HasALineForEachCheckInOrderAndTheVerdict) {
  const auto report = report_of(Probe::readiness, Status::fail,
                                {checked("zebra", Status::pass), checked("ant", Status::warn, "backlog"),
                                 checked("database", Status::fail, "connection refused")});

  const auto text = text_of(report, Sight::details);

  EXPECT_EQ(text,
            "[+]zebra ok\n[!]ant degraded: backlog\n[-]database failed: connection refused\nService Unavailable\n");
}

TEST(VerboseTextTest, WithholdsReasonsByDefault) {
  const auto report = report_of(Probe::readiness, Status::fail,
                                {checked("ant", Status::warn, "backlog"), checked("database", Status::fail, "secret"),
                                 checked("silent", Status::fail)},
                                "SIGTERM");

  const auto text = text_of(report, Sight::names);

  EXPECT_EQ(text,
            "[!]ant degraded: reason withheld\n[-]database failed: reason withheld\n"
            "[-]silent failed: reason withheld\n[-](shutdown) failed: shutting down\nService Unavailable\n");
}

TEST(VerboseTextTest, NeverWithholdsTheLibrarysOwnReasons) {
  auto check = checked("database", Status::fail, "timed out after 500 ms, still running");
  check.message_by_library = true;

  EXPECT_EQ(text_of(report_of(Probe::readiness, Status::fail, {check}, "starting", true), Sight::names),
            "[-]database failed: timed out after 500 ms, still running\n[-](startup) failed: starting\n"
            "Service Unavailable\n");
  EXPECT_EQ(text_of(report_of(Probe::liveness, Status::fail, {}, "shutdown overran", true), Sight::names),
            "[-](shutdown) failed: shutdown overran\nService Unavailable\n");
}

// A check that isn't critical still counts as failed if it keeps startup from succeeding.
TEST(VerboseTextTest, ShowsAStartupCheckThatNeverRanAsFailed) {
  auto check = not_critical(checked("warmup", Status::fail, "not checked yet"));
  check.probe = Probe::startup;
  check.condition = vitals::Condition::not_checked_yet;

  EXPECT_EQ(text_of(report_of(Probe::startup, Status::fail, {check}), Sight::details),
            "[-]warmup failed: not checked yet\nService Unavailable\n");
}

TEST(VerboseTextTest, SaysThatNoReasonWasGiven) {
  const auto report = report_of(Probe::readiness, Status::fail, {checked("silent", Status::fail)});

  EXPECT_EQ(text_of(report, Sight::details), "[-]silent failed: no reason given\nService Unavailable\n");
}

TEST(VerboseTextTest, DoesNotSayWhyACheckPasses) {
  const auto report = report_of(Probe::readiness, Status::pass, {checked("cache", Status::pass, "one failure")});

  EXPECT_EQ(text_of(report, Sight::details), "[+]cache ok\nOK\n");
}

TEST(VerboseTextTest, CountsAFailedCheckThatIsNotCriticalAsDegraded) {
  const auto report =
      report_of(Probe::readiness, Status::warn, {not_critical(checked("search", Status::fail, "no route"))});

  EXPECT_EQ(text_of(report, Sight::details), "[!]search degraded: no route\nOK\n");
}

TEST(VerboseTextTest, ShowsTheOwnStatusOfOneCheck) {
  const auto check = not_critical(checked("search", Status::fail, "no route"));

  EXPECT_EQ(text_of(check, Sight::details), "[-]search failed: no route\nService Unavailable\n");
  EXPECT_EQ(text_of(check, Sight::names), "[-]search failed: reason withheld\nService Unavailable\n");
}

TEST(VerboseTextTest, HasALineForTheStart) {
  const auto report = report_of(Probe::readiness, Status::fail, {checked("cache", Status::pass)}, "starting", true);

  EXPECT_EQ(text_of(report, Sight::details), "[+]cache ok\n[-](startup) failed: starting\nService Unavailable\n");
}

TEST(VerboseTextTest, HasALineForAShutdownThatIsCalledStarting) {
  EXPECT_EQ(text_of(report_of(Probe::readiness, Status::fail, {}, "starting"), Sight::details),
            "[-](shutdown) failed: starting\nService Unavailable\n");
}

TEST(VerboseTextTest, HasALineForTheShutdown) {
  const auto report = report_of(Probe::readiness, Status::fail, {}, "SIGTERM");

  EXPECT_EQ(text_of(report, Sight::details), "[-](shutdown) failed: SIGTERM\nService Unavailable\n");
}

TEST(VerboseTextTest, IsTheVerdictAloneWithoutChecks) {
  EXPECT_EQ(text_of(report_of(Probe::liveness, Status::pass, {}), Sight::names), "OK\n");
}

}  // namespace
