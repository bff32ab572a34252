#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <thread>

#include <gtest/gtest.h>

#include "server/thread_slice.hpp"

#ifdef __linux__

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

using vitals::detail::ask_for_short_slice;

/// What sched_getattr(2) says of the calling thread, by the offsets of its structure.
class Scheduling {
 public:
  Scheduling() { syscall(SYS_sched_getattr, 0, bytes_.data(), bytes_.size(), 0); }

  [[nodiscard]] std::uint32_t policy() const { return at<std::uint32_t>(4); }
  [[nodiscard]] std::uint64_t flags() const { return at<std::uint64_t>(8); }
  [[nodiscard]] std::int32_t nice() const { return at<std::int32_t>(16); }
  [[nodiscard]] std::uint64_t slice() const { return at<std::uint64_t>(24); }

 private:
  template <class T>
  [[nodiscard]] T at(std::size_t offset) const {
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }

  std::array<char, 48> bytes_ = {};
};

/// On a thread of its own: what a thread asks for, it keeps.
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
