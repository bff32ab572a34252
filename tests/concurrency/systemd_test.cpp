// The notifications for systemd with the threads of a Runner.

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <string>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/heartbeat.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>
#include <vitals/systemd.hpp>

#include "core/state/jobs.hpp"
#include "support/notify_listener.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using vitals::HealthRegistry;
using vitals::PushedCheck;
using vitals::Runner;
using vitals::SystemdNotifier;

constexpr const char* ping = "WATCHDOG=1";

class ConcurrentSystemdTest : public testing::Test {
 protected:
  ConcurrentSystemdTest() { ::setenv("WATCHDOG_USEC", "4000", 1); }
  ~ConcurrentSystemdTest() override { ::unsetenv("WATCHDOG_USEC"); }

  NotifyListener manager;
  HealthRegistry health{{.answer_budget = 10ms}};
};

TEST_F(ConcurrentSystemdTest, PingsWithoutProbes) {
  const SystemdNotifier systemd{health};
  const Runner runner{health};

  EXPECT_TRUE(manager.await("READY=1"));
  EXPECT_TRUE(manager.await(ping));
  EXPECT_TRUE(manager.await(ping));
}

TEST_F(ConcurrentSystemdTest, DoesNotDependOnListeners) {
  std::promise<void> ends;
  std::promise<void> hangs;
  const auto subscription = health.on_change([&, first = true](const vitals::HealthEvent&) mutable {
    if (!std::exchange(first, false)) return;
    hangs.set_value();
    ends.get_future().wait();
  });
  PushedCheck database{true};
  health.add_readiness_check("database", database);
  const Runner runner{health};
  hangs.get_future().wait();

  const SystemdNotifier systemd{health};
  EXPECT_TRUE(manager.await("READY=1"));
  EXPECT_TRUE(manager.await(ping));
  database.set(false);
  EXPECT_TRUE(manager.await("STATUS=not ready: database"));
  health.begin_shutdown("SIGTERM");
  EXPECT_TRUE(manager.await("STOPPING=1"));

  ends.set_value();
}

// Nothing but the timer sees that, and nothing else needs one.
TEST_F(ConcurrentSystemdTest, NoticesASilentHeartbeat) {
  ::unsetenv("WATCHDOG_USEC");
  const vitals::Heartbeat beat{20ms};
  health.add_liveness_check("loop", beat);
  const SystemdNotifier systemd{health, {.trigger_watchdog = true}};
  const Runner runner{health};

  EXPECT_TRUE(manager.await("WATCHDOG=trigger"));
}

// Other threads go on, and send what they find.
TEST_F(ConcurrentSystemdTest, DoesNotPingWhileTheTimerIsStuck) {
  PushedCheck database{true};
  health.add_readiness_check("database", database);
  const SystemdNotifier systemd{health};
  const Runner runner{health};
  ASSERT_TRUE(manager.await(ping));
  std::promise<void> stuck;
  std::promise<void> ends;
  const auto wait = begin_wait(*vitals::detail::state_of(health), [&] {
    stuck.set_value();
    ends.get_future().wait();
  });
  ASSERT_TRUE(wait);
  stuck.get_future().wait();
  manager.received();

  const auto begin = std::chrono::steady_clock::now();
  for (bool up = false; std::chrono::steady_clock::now() < begin + 100ms; up = !up) {
    database.set(up);
    const auto sent = manager.received();
    EXPECT_THAT(sent, Not(IsEmpty()));
    EXPECT_THAT(sent, Each(Not(HasSubstr(ping))));
  }

  ends.set_value();
  EXPECT_TRUE(manager.await(ping));
}

TEST_F(ConcurrentSystemdTest, MayEndWhileTransitionsCome) {
  std::atomic<unsigned> runs = 0;
  const auto flips = [&] { return ++runs % 2 == 0; };
  const vitals::ScopedCheck check = health.add_liveness_check("flips", flips, {.schedule = vitals::every(1ms)});
  const Runner runner{health};
  std::thread reloads{[&] {
    for (int i = 0; i < 100; ++i) {
      const SystemdNotifier systemd{health, {.trigger_watchdog = true}};
      const auto reload = systemd.reloading();
    }
  }};
  for (int i = 0; i < 100; ++i) {
    const SystemdNotifier systemd{health};
    std::ignore = manager.received();
  }
  reloads.join();
}

}  // namespace
}  // namespace vitals_test
