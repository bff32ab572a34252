#include <gtest/gtest.h>

#include "http/text_writer.hpp"
#include "support/sample_reports.hpp"

namespace {

using vitals::Callers;
using vitals::Probe;
using vitals::Status;
using vitals::detail::verbose_text;
using vitals::detail::verdict;
using vitals::test::checked;
using vitals::test::not_critical;
using vitals::test::report_of;

TEST(VerdictTest, IsOkUnlessTheProbeFails) {
  EXPECT_EQ(verdict(Status::pass), "OK");
  EXPECT_EQ(verdict(Status::warn), "OK");
  EXPECT_EQ(verdict(Status::fail), "Service Unavailable");
}

TEST(VerboseTextTest, HasALineForEachCheckInOrderAndTheVerdict) {
  const auto report = report_of(Probe::readiness, Status::fail,
                                {checked("zebra", Status::pass), checked("ant", Status::warn, "backlog"),
                                 checked("database", Status::fail, "connection refused")});

  const auto text = verbose_text(report, Callers::anyone);

  EXPECT_EQ(text,
            "[+]zebra ok\n[!]ant degraded: backlog\n[-]database failed: connection refused\nService Unavailable\n");
}

TEST(VerboseTextTest, WithholdsReasonsByDefault) {
  const auto report = report_of(Probe::readiness, Status::fail,
                                {checked("ant", Status::warn, "backlog"), checked("database", Status::fail, "secret"),
                                 checked("silent", Status::fail)},
                                "SIGTERM");

  const auto text = verbose_text(report, vitals::EndpointOptions{}.details);

  EXPECT_EQ(text,
            "[!]ant degraded: reason withheld\n[-]database failed: reason withheld\n"
            "[-]silent failed: reason withheld\n[-](shutdown) failed: shutting down\nService Unavailable\n");
}

TEST(VerboseTextTest, NeverWithholdsTheLibrarysOwnWords) {
  auto check = checked("database", Status::fail, "timed out after 500 ms, still running");
  check.message_by_library = true;

  EXPECT_EQ(verbose_text(report_of(Probe::readiness, Status::fail, {check}, "starting", true), Callers::nobody),
            "[-]database failed: timed out after 500 ms, still running\n[-](startup) failed: starting\n"
            "Service Unavailable\n");
  EXPECT_EQ(verbose_text(report_of(Probe::liveness, Status::fail, {}, "shutdown overran", true), Callers::nobody),
            "[-](shutdown) failed: shutdown overran\nService Unavailable\n");
}

// A check that isn't critical has failed all the same where it keeps the service from having started.
TEST(VerboseTextTest, ShowsAStartupCheckThatNeverRanAsFailed) {
  auto check = not_critical(checked("warmup", Status::fail, "not checked yet"));
  check.probe = Probe::startup;
  check.condition = vitals::Condition::not_checked_yet;

  EXPECT_EQ(verbose_text(report_of(Probe::startup, Status::fail, {check}), Callers::anyone),
            "[-]warmup failed: not checked yet\nService Unavailable\n");
}

TEST(VerboseTextTest, SaysWhereNoReasonWasGiven) {
  const auto report = report_of(Probe::readiness, Status::fail, {checked("silent", Status::fail)});

  EXPECT_EQ(verbose_text(report, Callers::anyone), "[-]silent failed: no reason given\nService Unavailable\n");
}

TEST(VerboseTextTest, DoesNotTellWhyACheckPasses) {
  const auto report = report_of(Probe::readiness, Status::pass, {checked("cache", Status::pass, "one failure")});

  EXPECT_EQ(verbose_text(report, Callers::anyone), "[+]cache ok\nOK\n");
}

TEST(VerboseTextTest, CountsAFailedCheckThatIsNotCriticalAsDegraded) {
  const auto report =
      report_of(Probe::readiness, Status::warn, {not_critical(checked("search", Status::fail, "no route"))});

  EXPECT_EQ(verbose_text(report, Callers::anyone), "[!]search degraded: no route\nOK\n");
}

TEST(VerboseTextTest, TellsTheOwnStatusOfOneCheck) {
  const auto check = not_critical(checked("search", Status::fail, "no route"));

  EXPECT_EQ(verbose_text(check, Callers::anyone), "[-]search failed: no route\nService Unavailable\n");
  EXPECT_EQ(verbose_text(check, Callers::nobody), "[-]search failed: reason withheld\nService Unavailable\n");
}

TEST(VerboseTextTest, HasALineForTheStart) {
  const auto report = report_of(Probe::readiness, Status::fail, {checked("cache", Status::pass)}, "starting", true);

  EXPECT_EQ(verbose_text(report, Callers::anyone), "[+]cache ok\n[-](startup) failed: starting\nService Unavailable\n");
}

TEST(VerboseTextTest, HasALineForAShutdownThatIsCalledStarting) {
  EXPECT_EQ(verbose_text(report_of(Probe::readiness, Status::fail, {}, "starting"), Callers::anyone),
            "[-](shutdown) failed: starting\nService Unavailable\n");
}

TEST(VerboseTextTest, HasALineForTheShutdown) {
  const auto report = report_of(Probe::readiness, Status::fail, {}, "SIGTERM");

  EXPECT_EQ(verbose_text(report, Callers::anyone), "[-](shutdown) failed: SIGTERM\nService Unavailable\n");
}

TEST(VerboseTextTest, IsTheVerdictAloneWithoutChecks) {
  EXPECT_EQ(verbose_text(report_of(Probe::liveness, Status::pass, {}), Callers::nobody), "OK\n");
}

}  // namespace
