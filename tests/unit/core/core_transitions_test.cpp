#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core_events_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using vitals::CheckResult;
using vitals::HealthEvent;
using vitals::PushedCheck;
using vitals::test::subject;

using TransitionsTest = vitals::test::EventsTest;

/// How long the previous states lasted, as in `readiness/database 7 s`.
std::vector<std::string> spans(const std::vector<HealthEvent>& events) {
  std::vector<std::string> texts;
  for (const auto& event : events) texts.push_back(subject(event) + " " + std::to_string(event.lasted / 1s) + " s");
  return texts;
}

TEST_F(TransitionsTest, CarryTheirTime) {
  const PushedCheck flag{CheckResult::pass()};
  health_.add_readiness_check("feed", flag);
  listen();
  news();
  clock_.advance(7s);
  const auto moment = vitals::Clock{clock_}.wall_now();

  flag.set(CheckResult::fail());
  clock_.advance(7s);
  health_.run_due();

  ASSERT_FALSE(events_.empty());
  EXPECT_EQ(events_[0].time, moment);
}

TEST_F(TransitionsTest, CarryHowLongTheStateBeforeLasted) {
  const PushedCheck flag{CheckResult::pass()};
  clock_.advance(1h);
  health_.add_readiness_check("feed", flag);  // its probe has passed for an hour
  listen();
  news();
  clock_.advance(7s);

  flag.set(CheckResult::fail());
  clock_.advance(5s);
  flag.set(CheckResult::pass());
  clock_.advance(3s);
  flag.set(CheckResult::fail());
  health_.run_due();

  EXPECT_THAT(spans(events_), ElementsAre("readiness/feed 7 s", "readiness 3607 s", "readiness/feed 5 s",
                                          "readiness 5 s", "readiness/feed 3 s", "readiness 3 s"));
}

TEST_F(TransitionsTest, CarryNoDurationIfThereWasNoStateBefore) {
  clock_.advance(7s);
  listen();
  health_.add_liveness_check("loop", PushedCheck{CheckResult::pass()});
  health_.run_due();

  EXPECT_THAT(spans(events_), ElementsAre("liveness 0 s", "readiness 0 s", "startup 0 s", "liveness/loop 0 s"));
}

TEST_F(TransitionsTest, CarryADurationThatAJumpOfTheWallClockDoesNotChange) {
  const PushedCheck flag{CheckResult::pass()};
  health_.add_readiness_check("feed", flag, {.critical = false});
  listen();
  news();
  clock_.advance(7s);
  clock_.set_wall(clock_.wall_now() - 24h);

  flag.set(CheckResult::warn());
  health_.run_due();

  EXPECT_THAT(spans(events_), ElementsAre("readiness/feed 7 s", "readiness 7 s"));
}

}  // namespace
