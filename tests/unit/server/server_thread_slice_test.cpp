#include <thread>

#include <gtest/gtest.h>

#include "server/thread_slice.hpp"
#include "support/scheduling.hpp"

#ifdef __linux__

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

using vitals::detail::ask_for_short_slice;
using vitals_test::Scheduling;

/// Runs the task on a new thread: a thread keeps the slice that it requests.
template <class Task>
void on_a_thread(Task task) {
  std::thread{task}.join();
}

TEST(ThreadSliceTest, IsATenthOfAMillisecond) {
  on_a_thread([] {
    if (Scheduling{}.slice() == 0) GTEST_SKIP() << "This kernel knows no slice of a thread's own.";

    ask_for_short_slice();

    EXPECT_EQ(Scheduling{}.slice(), 100'000);
  });
}

TEST(ThreadSliceTest, LeavesTheNiceValueAndThePolicy) {
  on_a_thread([] {
    ASSERT_EQ(setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 7), 0);

    ask_for_short_slice();

    EXPECT_EQ(Scheduling{}.nice(), 7);
    EXPECT_EQ(Scheduling{}.policy(), SCHED_OTHER);
  });
}

TEST(ThreadSliceTest, LeavesTheFlags) {
  on_a_thread([] {
    const sched_param none = {};
    ASSERT_EQ(sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &none), 0);

    ask_for_short_slice();

    EXPECT_EQ(Scheduling{}.flags(), 1);
  });
}

TEST(ThreadSliceTest, LeavesThreadsOfAnotherPolicyAlone) {
  on_a_thread([] {
    const sched_param none = {};
    ASSERT_EQ(sched_setscheduler(0, SCHED_BATCH, &none), 0);
    const auto slice = Scheduling{}.slice();

    ask_for_short_slice();

    EXPECT_EQ(Scheduling{}.policy(), SCHED_BATCH);
    EXPECT_EQ(Scheduling{}.slice(), slice);
  });
}

TEST(ThreadSliceTest, IsNotThatOfTheThreadsCreator) {
  const auto slice = Scheduling{}.slice();

  on_a_thread(ask_for_short_slice);

  EXPECT_EQ(Scheduling{}.slice(), slice);
}

}  // namespace

#endif
