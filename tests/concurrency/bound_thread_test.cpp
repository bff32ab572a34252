// Threads that hang in four ways, and what the failure of their heartbeat says: in the event, its log line, the message
// and the details.

#ifdef __linux__

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <thread>
#include <time.h>
#include <unistd.h>
#include <utility>

#include <gtest/gtest.h>

#include <vitals/heartbeat.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "support/eventually.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;
using vitals_test::eventually;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Duration cpu_time_of(std::thread& thread) {
  clockid_t clock = {};
  timespec used = {};
  pthread_getcpuclockid(thread.native_handle(), &clock);
  clock_gettime(clock, &used);
  return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

/// The two ends of a pipe.
class Pipe {
 public:
  Pipe() {
    if (pipe(ends_.data()) != 0) throw std::runtime_error{"can't make a pipe"};
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (const int end : ends_) close(end);
  }

  void wait_in_read() const {
    char byte = 0;
    [[maybe_unused]] const auto size = read(ends_[0], &byte, 1);
  }
  void wait_in_poll() const {
    pollfd ready{.fd = ends_[0], .events = POLLIN, .revents = 0};
    ::poll(&ready, 1, -1);
  }
  void end_waits() const { [[maybe_unused]] const auto size = write(ends_[1], "x", 1); }

 private:
  std::array<int, 2> ends_ = {};
};

/// The words in all places where they must be.
struct Failure {
  std::string reason = {};  ///< Of the event.
  std::string line = {};    ///< In the log.
  CheckReport report = {};

  [[nodiscard]] bool says(const std::string& words) const {
    return contains(reason, words) && contains(line, words) && contains(report.message, words);
  }
  [[nodiscard]] std::optional<std::string> text(const std::string& key) const {
    for (const auto& datum : report.data)
      if (datum.key == key) return datum.value.as_text();
    return std::nullopt;
  }
};

/// A heartbeat with a limit of 4 s on a clock that the test moves.
class HungThreadTest : public testing::Test {
 protected:
  /// A thread that binds the heartbeat and hangs.
  [[nodiscard]] std::thread hang(std::function<void()> wait) const {
    return std::thread{[beat = beat_, wait = std::move(wait)] {
      beat.bind_to_this_thread();
      wait();
    }};
  }

  /// Lets the heartbeat fail, with a real time between the two looks that `pause` determines.
  Failure fail(const std::function<void()>& pause) {
    beat_.beat();
    health_.run_due();
    clock_.advance(2s);
    health_.run_due();
    pause();
    clock_.advance(1500ms);
    health_.run_due();
    clock_.advance(501ms);
    health_.run_due();
    failure_.report = health_.report("loop");
    return failure_;
  }
  /// The same until it says these words: the thread may still be on its way there.
  Failure fail_with(
      const std::string& words, const std::function<void()>& pause = [] {}) {
    Failure failure;
    EXPECT_TRUE(eventually([&] { return (failure = fail(pause)).says(words); })) << failure.line;
    return failure;
  }

  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
  const Heartbeat beat_{4s};
  const CheckHandle check_ = health_.add_liveness_check("loop", beat_);
  Failure failure_;
  const Subscription subscription_ = health_.on_change([this](const HealthEvent& event) {
    if (!event.is_check() || event.to != Status::fail) return;
    failure_.reason = event.reason;
    failure_.line = to_string(event);
  });
};

TEST_F(HungThreadTest, SaysThatAThreadSpins) {
  std::atomic<bool> over = false;
  auto thread = hang([&] {
    while (!over) continue;
  });
  const auto until_it_ran = [&] {
    const auto before = cpu_time_of(thread);
    eventually([&] { return cpu_time_of(thread) >= before + 20ms; });
  };

  const auto failure = fail_with(" is spinning; in the last ", until_it_ran);

  EXPECT_EQ(failure.text("thread_state"), "spinning");
  over = true;
  thread.join();
}

TEST_F(HungThreadTest, SaysThatAThreadWaitsForAMutex) {
  std::mutex mutex;
  std::unique_lock held{mutex};
  auto thread = hang([&] { const std::lock_guard lock{mutex}; });

  const auto failure = fail_with(" is blocked in futex");

  EXPECT_EQ(failure.text("thread_state"), "blocked");
  EXPECT_EQ(failure.text("syscall"), "futex");
  held.unlock();
  thread.join();
}

TEST_F(HungThreadTest, SaysThatAThreadWaitsInARead) {
  const Pipe pipe;
  auto thread = hang([&] { pipe.wait_in_read(); });

  const auto failure = fail_with(" is blocked in read");

  EXPECT_EQ(failure.text("thread_state"), "blocked");
  EXPECT_EQ(failure.text("syscall"), "read");
  pipe.end_waits();
  thread.join();
}

// On the processor of a thread that never rests, a thread of SCHED_IDLE gets next to nothing.
TEST_F(HungThreadTest, SaysThatAThreadIsStarved) {
  cpu_set_t allowed;
  ASSERT_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu)
    if (CPU_ISSET(cpu, &allowed)) CPU_SET(cpu, &one);
  std::atomic<bool> over = false;
  const auto spin_there = [&](int policy) {
    const sched_param none = {};
    sched_setscheduler(0, policy, &none);
    sched_setaffinity(0, sizeof one, &one);
    while (!over) continue;
  };
  auto thread = hang([&] { spin_there(SCHED_IDLE); });
  std::thread busy{[&] { spin_there(SCHED_OTHER); }};
  const auto until_the_other_ran = [&] {
    const auto before = cpu_time_of(busy);
    eventually([&] { return cpu_time_of(busy) >= before + 100ms; });
  };

  const auto failure = fail_with(" is starved; in the last ", until_the_other_ran);

  EXPECT_EQ(failure.text("thread_state"), "starved");
  over = true;
  busy.join();
  thread.join();
}

// No run_due() and no clock of the test: the Runner's timer looks. On a slow machine another thread may find the
// heartbeat silent before that; then it fails once more.
TEST(BoundRunnerTest, LooksAtAThreadBeforeItsHeartbeatFails) {
  const Pipe pipe;
  std::mutex mutex;
  std::string reason;
  HealthRegistry health;
  const Heartbeat beat{200ms};
  const auto subscription = health.on_change([&](const HealthEvent& event) {
    const std::lock_guard lock{mutex};
    if (event.is_check() && event.to == Status::fail) reason = event.reason;
  });
  std::thread thread{[&] {
    beat.bind_to_this_thread();
    pipe.wait_in_poll();
  }};
  health.add_liveness_check("loop", beat);

  const Runner runner{health};

  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock{mutex};
    if (contains(reason, " is blocked in ") && contains(reason, "; in the last ")) return true;
    if (!std::exchange(reason, "").empty()) beat.beat();
    return false;
  }));
  pipe.end_waits();
  thread.join();
}

TEST(BoundRunnerTest, LooksWithoutAListenerToo) {
  HealthRegistry health;
  const Heartbeat beat{20ms};
  health.add_liveness_check("loop", beat);
  beat.bind_to_this_thread();

  const Runner runner{health};

  EXPECT_TRUE(eventually([&] { return contains(health.report("loop").message, ": thread "); }));
}

// Threads bind, move and end while others look and read.
TEST(BoundThreadTest, MayMoveWhileItIsLookedAt) {
  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  const Heartbeat beat{4s};
  health.add_liveness_check("loop", beat);
  std::atomic<bool> over = false;
  std::thread mover{[&] {
    while (!over) std::thread{[&] { beat.bind_to_this_thread(); }}.join();
  }};
  std::thread reader{[&] {
    while (!over) (void)health.report("loop");
  }};

  for (int turn = 0; turn < 300; ++turn) {
    clock.advance(1s);
    health.run_due();
  }

  over = true;
  mover.join();
  reader.join();
  EXPECT_EQ(health.report("loop").status, Status::fail);
}

}  // namespace
}  // namespace vitals::test

#endif
