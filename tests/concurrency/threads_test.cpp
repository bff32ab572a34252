// How many threads there are, and how they treat signals.

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <iterator>

#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "core/scheduler_lease.hpp"
#include "support/probe.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;

std::ptrdiff_t threads() {
  using std::filesystem::directory_iterator;
  return std::distance(directory_iterator{"/proc/self/task"}, directory_iterator{});
}

TEST(ThreadsTest, AreNotNeededForHeartbeatsAndFlagsWithoutAListener) {
  const auto before = threads();
  HealthRegistry health;
  Heartbeat beat{5s};
  PushedCheck flag{CheckResult::pass()};
  health.add_liveness_check("beat", beat);
  health.add_readiness_check("flag", flag);

  Runner runner{health};
  flag.set(CheckResult::warn("slow"));
  probe(health);

  EXPECT_EQ(threads(), before);
}

std::atomic<int> ended_threads = 0;

/// A thread's local object that counts the thread's end.
struct CountsItsEnd {
  CountsItsEnd() = default;
  CountsItsEnd(const CountsItsEnd&) = delete;
  CountsItsEnd& operator=(const CountsItsEnd&) = delete;
  ~CountsItsEnd() { ++ended_threads; }
  bool touched = false;
};

void count_the_end_of_this_thread() {
  thread_local CountsItsEnd counter;
  counter.touched = true;
}

TEST(ThreadsTest, HaveEndedWithTheRunner) {
  ended_threads = 0;
  HealthRegistry health;
  health.add_readiness_check("database", [] { count_the_end_of_this_thread(); });
  {
    Runner runner{health};
    probe(health);
  }

  EXPECT_EQ(ended_threads, 1);
}

TEST(ThreadsTest, HaveEndedWithTheRegistryIfNothingHasWaitedForThem) {
  ended_threads = 0;
  {
    HealthRegistry health;
    health.add_readiness_check("database", [] { count_the_end_of_this_thread(); });
    detail::SchedulerLease lease{detail::state_of(health), vitals::LogFunction{}};
    probe(health);
    lease.release();
  }

  EXPECT_EQ(ended_threads, 1);
}

TEST(ThreadsTest, BlockAllSignals) {
  HealthRegistry health;
  sigset_t blocked;
  sigemptyset(&blocked);
  health.add_readiness_check("database", [&] { pthread_sigmask(SIG_SETMASK, nullptr, &blocked); });
  Runner runner{health};

  probe(health);

  EXPECT_EQ(sigismember(&blocked, SIGTERM), 1);
  EXPECT_EQ(sigismember(&blocked, SIGINT), 1);
  EXPECT_EQ(sigismember(&blocked, SIGUSR1), 1);
}

TEST(ThreadsTest, LeaveTheSignalsOfTheirCreatorAlone) {
  sigset_t before;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  HealthRegistry health;
  health.add_readiness_check("database", [] { return true; });

  Runner runner{health};

  sigset_t after;
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  EXPECT_EQ(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
}

}  // namespace
}  // namespace vitals::test
