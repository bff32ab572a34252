// How many workers are called for how much work, and when the process has been stopped: arithmetic.

#include <chrono>

#include <gtest/gtest.h>

#include "core/work/pause_watch.hpp"
#include "core/work/work_counts.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::SteadyTime;
using vitals::detail::CrewCounts;
using vitals::detail::PauseWatch;
using vitals::detail::RunCounts;

constexpr std::size_t liveness = 0;
constexpr std::size_t others = 1;

TEST(CrewTest, CallsNoWorkerWithoutWork) {
  CrewCounts crew{.idle = 3};

  const auto calls = crew.call({});

  EXPECT_EQ(calls.wake, 0U);
  EXPECT_EQ(calls.spawn, 0U);
}

TEST(CrewTest, WakesIdleWorkersBeforeItCreatesOthers) {
  CrewCounts crew{.threads = 1, .idle = 1};

  EXPECT_EQ(crew.call({.ready = {1, 2}}).wake, 1U);
  EXPECT_EQ(crew.idle, 0U);
  crew.comes();  // the worker takes a run
  EXPECT_EQ(crew.call({.ready = {0, 2}}).spawn, 1U);
  EXPECT_EQ(crew.threads, 2U);
}

TEST(CrewTest, WakesIdleWorkersEvenIfNoneCanBeCreated) {
  CrewCounts crew{.threads = 1, .idle = 1};

  EXPECT_EQ(crew.call({.ready = {0, 2}}, false).wake, 1U);
  crew.comes();
  EXPECT_EQ(crew.call({.ready = {0, 1}}, false).spawn, 0U);
}

TEST(CrewTest, CallsTheNextWhenTheOneBeforeHasStarted) {
  CrewCounts crew{.threads = 5, .idle = 5};
  (void)crew.call({.ready = {0, 5}});

  const auto calls = crew.call({.ready = {0, 5}});

  EXPECT_EQ(calls.wake + calls.spawn, 0U);
  EXPECT_EQ(crew.called, 1U);
}

TEST(CrewTest, CreatesNoMoreWorkersThanAreAllowed) {
  CrewCounts crew{.threads = RunCounts::max_threads};

  EXPECT_EQ(crew.call({.ready = {0, 5}}).spawn, 0U);
}

TEST(CrewTest, TheFirstIdleWorkerToNoticeIsTheOneThatWasWoken) {
  CrewCounts crew{.threads = 2, .idle = 2};
  (void)crew.call({.ready = {0, 1}});

  EXPECT_TRUE(crew.notices());
  EXPECT_FALSE(crew.notices());
}

TEST(CrewTest, CreatesAnotherWorkerForOneThatGotNoThread) {
  CrewCounts crew;
  (void)crew.call({.ready = {0, 1}});
  EXPECT_FALSE(crew.deserted());

  crew.refused();

  EXPECT_TRUE(crew.unstaffed({.ready = {0, 1}}));
  EXPECT_EQ(crew.call({.ready = {0, 1}}).spawn, 1U);
  EXPECT_EQ(crew.threads, 1U);
}

TEST(CrewTest, AWorkerThatGivesUpIsNoLongerCalled) {
  CrewCounts crew{.threads = 1, .idle = 1};

  crew.gives_up();

  EXPECT_EQ(crew.call({.ready = {0, 1}}).wake, 0U);
  EXPECT_EQ(crew.threads, 1U) << "a new one";
}

TEST(CrewTest, OnlyStopRequestsAreWorkAtTheEnd) {
  EXPECT_EQ((CrewCounts{.stops = 2, .stopping = true}.call({.ready = {5, 5}}).spawn), 1U);
  EXPECT_EQ((CrewCounts{.stopping = true}.call({.ready = {5, 5}}).spawn), 0U);
}

TEST(CrewTest, MakesALimitedNumberOfStopRequestsAtATime) {
  const CrewCounts crew{.stops = 5, .stops_under_way = RunCounts::max_stops - 1};

  EXPECT_EQ(crew.runnable_stops(), 1U);
}

TEST(RunCountsTest, OthersLeaveLivenessChecksItsSlots) {
  const RunCounts runs{.ready = {40, 40}, .in_time = {0, RunCounts::max_in_time}};

  EXPECT_EQ(runs.runnable(liveness), RunCounts::max_in_time);
  EXPECT_EQ(runs.runnable(others), 0U);
}

TEST(RunCountsTest, LivenessChecksTakeSlotsOfOthers) {
  const RunCounts runs{.ready = {0, 40}, .in_time = {RunCounts::max_in_time - 2, 0}};

  EXPECT_EQ(runs.runnable(others), 2U);
}

TEST(RunCountsTest, OthersLeaveThreadsForTheRest) {
  const RunCounts runs{.ready = {1, 1}, .in_call = {0, RunCounts::max_others}};

  EXPECT_EQ(runs.runnable(others), 0U);
  EXPECT_EQ(runs.runnable(liveness), 1U);
}

TEST(StuckTest, IsAQueueThatNoWorkerWillServe) {
  const RunCounts all_late{.ready = {1, 1}, .in_call = {0, RunCounts::max_others}};

  EXPECT_TRUE((CrewCounts{.idle = 1}.stuck(all_late, others)));
  EXPECT_FALSE((CrewCounts{.idle = 1}.stuck(all_late, liveness)));
  EXPECT_TRUE((CrewCounts{}.stuck(all_late, liveness)));
  EXPECT_FALSE((CrewCounts{.called = 1}.stuck(all_late, liveness)));
}

TEST(StuckTest, IsNotReportedWhileARunInTimeWillEnd) {
  EXPECT_FALSE((CrewCounts{}.stuck({.ready = {0, 1}, .in_time = {0, 1}}, others)));
}

class PauseTest : public testing::Test {
 protected:
  static constexpr SteadyTime noon{1000h};
  PauseWatch watch_;
};

TEST_F(PauseTest, IsNotReportedWithoutATimer) {
  EXPECT_FALSE(watch_.has_paused(noon));
  EXPECT_FALSE(watch_.watches());
}

TEST_F(PauseTest, IsALateTimer) {
  watch_.expect(noon + 5s, noon);

  EXPECT_FALSE(watch_.has_paused(noon + 6s));
  EXPECT_TRUE(watch_.has_paused(noon + 6s + 1ns));
}

TEST_F(PauseTest, BeganNoEarlierThanTheTimerWasLastAwakeAndIsReportedOnce) {
  watch_.expect(noon + 5s, noon);

  EXPECT_EQ(watch_.take_pause(noon + 1min), 1min);
  EXPECT_EQ(watch_.take_pause(noon + 1min), std::nullopt);
}

TEST_F(PauseTest, IsNotReportedWhileTheTimerRests) {
  watch_.expect(noon + 5s, noon);
  watch_.rest();

  EXPECT_FALSE(watch_.has_paused(noon + 1h));
}

}  // namespace
