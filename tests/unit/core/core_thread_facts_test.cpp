// What the files of /proc/self/task/TID mean, and the words for it.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

#include "core/sources/thread_facts.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckResult;
using vitals::Duration;
using vitals::SteadyTime;
using vitals::detail::facts_of;
using vitals::detail::system_call_in;
using vitals::detail::ThreadFacts;
using vitals::detail::ThreadState;
using vitals::detail::whereabouts_of;
using vitals::detail::words_for;

const std::string stat =
    "71 (feed (a) loop) S 1 71 71 34816 71 4194304 91 0 0 0 150 25 0 0 20 0 9 0 4711 6258688 229 18446744073709551615 "
    "1 1 0 0 0 0 0 4096 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

ThreadFacts at_rest() { return *facts_of({.stat = stat, .schedstat = "1000000000 500000000 40\n"}, SteadyTime{}); }

/// The same thread after a time.
ThreadFacts after(Duration length, char state, Duration cpu_time, Duration run_delay) {
  auto facts = at_rest();
  facts.at += length;
  facts.state = state;
  facts.cpu_time += cpu_time;
  *facts.run_delay += run_delay;
  ++facts.turns;
  return facts;
}

ThreadState state_after(Duration length, char state, Duration cpu_time, Duration run_delay) {
  const auto before = at_rest();
  return whereabouts_of(71, after(length, state, cpu_time, run_delay), &before).state;
}

TEST(ThreadFactsTest, AreThoseOfTheFiles) {
  const auto facts = facts_of(
      {.stat = stat, .schedstat = "1234567890 98765432 40\n", .syscall = "-1 0x7ffc 0x7f3b\n", .wchan = "do_sys_poll"},
      SteadyTime{3s});

  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->at, SteadyTime{3s});
  EXPECT_EQ(facts->name, "feed (a) loop");
  EXPECT_EQ(facts->state, 'S');
  EXPECT_EQ(facts->started, 4711U);
  EXPECT_EQ(facts->cpu_time, 1'234'567'890ns);
  EXPECT_EQ(facts->run_delay, 98'765'432ns);
  EXPECT_EQ(facts->turns, 40U);
  EXPECT_EQ(facts->kernel_place, "do_sys_poll");
}

TEST(ThreadFactsTest, HaveTheTicksOfStatWithoutSchedstat) {
  const auto facts = facts_of({.stat = stat}, SteadyTime{});

  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->cpu_time, 1750ms);
  EXPECT_EQ(facts->run_delay, std::nullopt);
}

TEST(ThreadFactsTest, HaveNoKernelPlaceIfTheKernelWritesZero) {
  EXPECT_EQ(facts_of({.stat = stat, .wchan = "0"}, SteadyTime{})->kernel_place, "");
}

TEST(ThreadFactsTest, AreNoneIfStatIsNotWhatItShouldBe) {
  for (const auto* text : {"", "71", "71 (feed", "71 )feed(", "71 (feed) S 1 71",
                           "71 (feed) SS 1 2 3 4 5 6 7 8 9 10 1 1 13 14 15 16 17 18 5",
                           "71 (feed) S 1 2 3 4 5 6 7 8 9 10 -x 1 13 14 15 16 17 18 5"})
    EXPECT_FALSE(facts_of({.stat = text}, SteadyTime{})) << text;
}

TEST(ThreadFactsTest, IgnoreASchedstatThatIsNotWhatItShouldBe) {
  for (const auto* text : {"", "1 2", "1 2 x", "1 2 3 4"})
    EXPECT_EQ(facts_of({.stat = stat, .schedstat = text}, SteadyTime{})->run_delay, std::nullopt) << text;
}

#ifdef __linux__
TEST(SystemCallTest, HasItsNameOnThisProcessor) {
  EXPECT_EQ(system_call_in(std::to_string(SYS_futex) + " 0x7f 0x80 0x0 0x0 0x0 0x0 0x7ffd 0x7f3b\n"), "futex");
  EXPECT_EQ(system_call_in(std::to_string(SYS_read) + " 0x3\n"), "read");
}
#endif

TEST(SystemCallTest, HasItsNumberIfItsNameIsUnknown) {
  EXPECT_EQ(system_call_in("9999 0x0 0x0\n"), "system call 9999");
}

TEST(SystemCallTest, IsNoneOutsideOfSystemCalls) {
  for (const auto* line : {"", "running\n", "-1 0x7ffd 0x7f3b\n"}) EXPECT_EQ(system_call_in(line), "") << line;
}

TEST(ThreadStateTest, IsSpinningIfItUsedTheTime) {
  EXPECT_EQ(state_after(2s, 'R', 1900ms, 50ms), ThreadState::spinning);
}

TEST(ThreadStateTest, IsSpinningOnABusyMachineToo) {
  EXPECT_EQ(state_after(2s, 'R', 300ms, 1700ms), ThreadState::spinning);
}

TEST(ThreadStateTest, IsSpinningIfItIsFoundInAShortSleep) {
  EXPECT_EQ(state_after(2s, 'S', 1200ms, 50ms), ThreadState::spinning);
}

TEST(ThreadStateTest, IsStarvedIfItHardlyRanAndWaitedForACpu) {
  EXPECT_EQ(state_after(2s, 'R', 10ms, 1990ms), ThreadState::starved);
}

TEST(ThreadStateTest, IsStarvedWhileItsWaitForACpuLasts) {
  auto before = at_rest();
  auto now = after(2s, 'R', 0s, 0s);
  before.state = 'R';
  now.turns = before.turns;

  const auto whereabouts = whereabouts_of(71, now, &before);

  EXPECT_EQ(whereabouts.state, ThreadState::starved);
  EXPECT_EQ(whereabouts.span->run_delay, 2s);
}

TEST(ThreadStateTest, IsRunningIfItWasAsleepMostOfTheTime) {
  EXPECT_EQ(state_after(2s, 'R', 1ms, 1ms), ThreadState::running);
}

TEST(ThreadStateTest, IsBlockedIfItSleeps) {
  EXPECT_EQ(state_after(2s, 'S', 0s, 0s), ThreadState::blocked);
  EXPECT_EQ(state_after(2s, 'D', 0s, 0s), ThreadState::blocked);
}

TEST(ThreadStateTest, IsWhatStatSaysIfNoCpuTimeTells) {
  EXPECT_EQ(state_after(2s, 'T', 0s, 0s), ThreadState::stopped);
  EXPECT_EQ(state_after(2s, 't', 0s, 0s), ThreadState::traced);
  EXPECT_EQ(state_after(2s, 'Z', 0s, 0s), ThreadState::ended);
  EXPECT_EQ(whereabouts_of(71, at_rest(), nullptr).state, ThreadState::blocked);
}

TEST(ThreadWordsTest, SayWhereABlockedThreadIsAndWhatItUsed) {
  const auto before = at_rest();
  auto now = after(2s, 'S', 0s, 3ms);
  now.system_call = "read";
  now.kernel_place = "pipe_read";

  EXPECT_EQ(words_for(whereabouts_of(71, now, &before)),
            "thread 71 \"feed (a) loop\" is blocked in read (pipe_read); in the last 2 s it used 0 ms of CPU time and "
            "waited 3 ms for a CPU");
}

TEST(ThreadWordsTest, SayThatADiskWaitCannotBeInterrupted) {
  auto facts = at_rest();
  facts.state = 'D';
  facts.system_call = "fsync";

  EXPECT_EQ(words_for(whereabouts_of(71, facts, nullptr)),
            "thread 71 \"feed (a) loop\" is blocked, and can't be interrupted, in fsync");
}

TEST(ThreadWordsTest, LeaveOutWhatIsUnknown) {
  auto before = at_rest();
  before.run_delay.reset();
  auto now = before;
  now.at += 2s;
  now.cpu_time += 1500ms;

  EXPECT_EQ(words_for(whereabouts_of(71, now, &before)),
            "thread 71 \"feed (a) loop\" is spinning; in the last 2 s it used 1.5 s of CPU time");
  EXPECT_EQ(words_for({.thread = 71}), "thread 71 has ended");
}

TEST(ThreadDataTest, AreTheSameFacts) {
  const auto before = at_rest();
  auto now = after(2s, 'S', 1ms, 3ms);
  now.system_call = "read";
  now.kernel_place = "pipe_read";
  auto result = CheckResult::fail();

  add_data(result, whereabouts_of(71, now, &before));

  EXPECT_EQ(result, CheckResult::fail()
                        .with("thread", 71U)
                        .with("thread_state", "blocked")
                        .with("thread_name", "feed (a) loop")
                        .with("syscall", "read")
                        .with("wchan", "pipe_read")
                        .with("cpu_time", 1ms)
                        .with("observed_for", 2s)
                        .with("run_delay", 3ms));
}

}  // namespace
