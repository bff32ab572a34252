#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/heartbeat.hpp>

#include "core_events_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using vitals::CheckResult;
using vitals::every;
using vitals::Heartbeat;
using vitals::PushedCheck;
using vitals::test::EventsTest;

TEST_F(EventsTest, BeginWithThePresentStateOfEachProbe) {
  health_.add_readiness_check("feed", PushedCheck{CheckResult::fail("lost")});

  listen();

  EXPECT_THAT(news(), ElementsAre("liveness pass", "readiness fail feed: lost", "startup pass"));
}

TEST_F(EventsTest, BeginWithTheNumberOfTheLastTransition) {
  const PushedCheck flag{CheckResult::pass()};
  health_.add_readiness_check("feed", flag);
  flag.set(CheckResult::fail());  // two more events: the check's and the probe's

  listen();
  health_.run_due();

  ASSERT_EQ(events_.size(), 3U);
  EXPECT_EQ(events_[0].sequence, 3U);
}

TEST_F(EventsTest, ReportTheFirstResultOfACheck) {
  listen();
  health_.add_readiness_check("database", [] {});
  EXPECT_THAT(news(),
              ElementsAre("liveness pass", "readiness pass", "startup pass", "readiness pass>fail database: no runner",
                          "readiness/database pass", "readiness fail>pass"));
}

TEST_F(EventsTest, ReportNoResultThatChangesNothing) {
  health_.add_readiness_check("database", [] { return CheckResult::warn("backlog"); }, {.schedule = every(1s)});
  listen();
  news();

  for (int i = 0; i < 10; ++i) {
    clock_.advance(2s);
    EXPECT_THAT(news(), IsEmpty());
  }
}

TEST_F(EventsTest, ReportEachTransitionOnceWithItsReason) {
  const PushedCheck flag{CheckResult::pass()};
  health_.add_readiness_check("feed", flag);
  listen();
  news();

  flag.set(CheckResult::fail("lost"));
  EXPECT_THAT(news(), ElementsAre("readiness/feed pass>fail lost", "readiness pass>fail feed: lost"));
  flag.set(CheckResult::fail("still lost"));
  EXPECT_THAT(news(), IsEmpty());
  flag.set(CheckResult::pass("found"));
  EXPECT_THAT(news(), ElementsAre("readiness/feed fail>pass found", "readiness fail>pass"));
}

TEST_F(EventsTest, ReportNoProbeThatStaysAsItIs) {
  health_.add_readiness_check("bad", PushedCheck{CheckResult::fail()});
  const PushedCheck flag{CheckResult::pass()};
  health_.add_readiness_check("feed", flag);
  listen();
  news();

  flag.set(CheckResult::fail("lost"));

  EXPECT_THAT(news(), ElementsAre("readiness/feed pass>fail lost"));
}

TEST_F(EventsTest, ReportNoFailureThatDoesNotCountYet) {
  bool good = true;
  health_.add_readiness_check("database", [&] { return good; }, {.schedule = every(1s), .failure_threshold = 2});
  listen();
  news();

  good = false;
  clock_.advance(2s);
  EXPECT_THAT(news(), IsEmpty());
  clock_.advance(2s);

  EXPECT_THAT(news(), ElementsAre("readiness/database pass>fail the check returned false",
                                  "readiness pass>fail database: the check returned false"));
}

TEST_F(EventsTest, ReportForAProbeWhatItsCheckCountsAs) {
  const PushedCheck flag{CheckResult::pass()};
  health_.add_readiness_check("cache", flag, {.critical = false});
  listen();
  news();

  flag.set(CheckResult::fail("down"));

  EXPECT_THAT(news(), ElementsAre("readiness/cache pass>fail down", "readiness pass>warn cache: down"));
}

TEST_F(EventsTest, ReportWhatTimeAloneChanges) {
  const PushedCheck flag{CheckResult::pass(), {.valid_for = 30s}};
  health_.add_readiness_check("feed", flag);
  listen();
  news();

  clock_.advance(31s);

  EXPECT_THAT(news(), ElementsAre("readiness/feed pass>fail stale: not set within 30 s",
                                  "readiness pass>fail feed: stale: not set within 30 s"));
}

TEST_F(EventsTest, ReportASilentHeartbeatAndItsRecovery) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("loop", beat);
  listen();
  news();

  clock_.advance(6s);
  EXPECT_THAT(news(), ElementsAre("liveness/loop pass>fail silent for longer than 5 s",
                                  "liveness pass>fail loop: silent for longer than 5 s"));
  beat.beat();

  EXPECT_THAT(news(), ElementsAre("liveness/loop fail>pass", "liveness fail>pass"));
}

TEST_F(EventsTest, ReportACheckThatNeverRan) {
  listen();
  news();
  health_.add_liveness_check("loop", [] {});

  clock_.advance(30s + 1ns);

  EXPECT_THAT(news(), ElementsAre("liveness/loop fail never ran", "liveness pass>fail loop: never ran",
                                  "liveness/loop fail>pass", "liveness fail>pass"));
}

TEST_F(EventsTest, ReportTheStartupLatch) {
  const PushedCheck hold{CheckResult::fail("migrating")};
  health_.add_startup_check("migration", hold);
  listen();
  EXPECT_THAT(news(), ElementsAre("liveness pass", "readiness fail starting", "startup fail migration: migrating"));

  hold.set(CheckResult::pass());

  EXPECT_THAT(news(), ElementsAre("startup/migration fail>pass", "readiness fail>pass", "startup fail>pass"));
}

TEST_F(EventsTest, ReportNoLivenessCheckWhoseBoundStartsOverAtTheLatch) {
  const PushedCheck hold{CheckResult::fail()};
  const Heartbeat beat{5s};
  health_.add_startup_check("hold", hold);
  health_.add_liveness_check("loop", beat);
  listen();
  clock_.advance(6s);
  news();

  hold.set(CheckResult::pass());

  EXPECT_THAT(news(), ElementsAre("startup/hold fail>pass", "liveness/loop fail>pass", "readiness fail>pass",
                                  "startup fail>pass"));
}

TEST_F(EventsTest, ReportAProbeWhoseFailingCheckWasRemoved) {
  const auto handle = health_.add_readiness_check("feed", PushedCheck{CheckResult::fail("lost")});
  listen();
  news();

  handle.remove();

  EXPECT_THAT(news(), ElementsAre("readiness fail>pass"));
}

TEST_F(EventsTest, AreNumberedWithoutGaps) {
  const PushedCheck flag{CheckResult::pass()};
  health_.add_readiness_check("feed", flag);
  listen();
  for (int i = 0; i < 5; ++i) {
    flag.set(CheckResult::fail());
    flag.set(CheckResult::pass());
  }
  health_.run_due();

  ASSERT_EQ(events_.size(), 23U);
  for (std::size_t i = 4; i < events_.size(); ++i) EXPECT_EQ(events_[i].sequence, events_[i - 1].sequence + 1);
}

}  // namespace
