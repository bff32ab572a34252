// What is sent at a time: pings, and extensions of a timeout.

#include <vitals/heartbeat.hpp>
#include <vitals/pushed_check.hpp>

#include "unit/systemd/systemd_fixture.hpp"

namespace vitals_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using vitals::PushedCheck;

constexpr const char* ping = "WATCHDOG=1";
constexpr const char* extension = "EXTEND_TIMEOUT_USEC=30000000";

class SystemdWatchdogTest : public SystemdTest {
 protected:
  void SetUp() override { watch_every(10s); }
};

TEST_F(SystemdWatchdogTest, PingsAtHalfTheInterval) {
  systemd.emplace(*health);
  EXPECT_THAT(run(), ElementsAre("READY=1\nSTATUS=ready\nWATCHDOG=1"));

  EXPECT_THAT(run_after(4999ms), IsEmpty());
  EXPECT_THAT(run_after(1ms), ElementsAre(ping));
  EXPECT_THAT(run_after(4999ms), IsEmpty());
  EXPECT_THAT(run_after(1ms), ElementsAre(ping));
}

TEST_F(SystemdWatchdogTest, DoesNotPingWhileLivenessFails) {
  const vitals::Heartbeat loop{7s};
  health->add_liveness_check("loop", loop);
  start();
  EXPECT_THAT(run_after(5s), ElementsAre(ping));
  EXPECT_THAT(run_after(5s), ElementsAre(HasSubstr("STATUS=not alive: loop: ")));
  EXPECT_THAT(run_after(1min), IsEmpty());

  loop.beat();

  EXPECT_THAT(run(), ElementsAre("STATUS=ready\nWATCHDOG=1"));
}

TEST_F(SystemdWatchdogTest, DoesNotPingWhileNothingIsRun) {
  const vitals::PushedCheck feed{vitals::CheckResult::pass()};
  health->add_readiness_check("feed", feed);
  start();

  clock.advance(1min);
  feed.set(vitals::CheckResult::warn("slow"));  // another thread still works

  EXPECT_THAT(manager.received(), testing::Not(testing::Contains(HasSubstr("WATCHDOG"))));
  EXPECT_THAT(run(), ElementsAre(ping));
}

TEST_F(SystemdWatchdogTest, DoesNotMakeUpForMissedPings) {
  start();

  EXPECT_THAT(run_after(1h), ElementsAre(ping));
  EXPECT_THAT(run_after(5s), ElementsAre(ping));
}

TEST_F(SystemdWatchdogTest, PingsWhileTheServiceDrains) {
  start();
  health->begin_shutdown("SIGTERM");
  manager.received();

  EXPECT_THAT(run_after(5s), ElementsAre(ping));
}

TEST_F(SystemdWatchdogTest, DoesNotTriggerByDefault) {
  health->add_liveness_check("loop", PushedCheck{false});
  systemd.emplace(*health);

  EXPECT_THAT(run(), ElementsAre("READY=1\nSTATUS=not alive: loop"));
}

class SystemdTriggerTest : public SystemdTest {
 protected:
  void SetUp() override {
    health->add_liveness_check("loop", loop);
    start({.trigger_watchdog = true});
  }

  PushedCheck loop{true};
};

TEST_F(SystemdTriggerTest, ComesAtOnceAndOnceForEachFailure) {
  loop.set(false);
  EXPECT_THAT(manager.received(), ElementsAre("STATUS=not alive: loop\nWATCHDOG=trigger"));
  loop.set(vitals::CheckResult::fail("still"));
  EXPECT_THAT(run_after(1min), IsEmpty());

  loop.set(true);
  manager.received();
  loop.set(false);
  EXPECT_THAT(manager.received(), ElementsAre("STATUS=not alive: loop\nWATCHDOG=trigger"));
}

TEST_F(SystemdTriggerTest, DoesNotComeWhileTheServiceDrains) {
  health->begin_shutdown("SIGTERM");
  manager.received();

  EXPECT_THAT(run_after(1h), ElementsAre("STATUS=not alive: shutdown overran"));
}

class SystemdTimeoutTest : public SystemdTest {
 protected:
  static constexpr auto a_while = 15s;

  PushedCheck migration{false};
};

TEST_F(SystemdTimeoutTest, IsExtendedWhileTheServiceStarts) {
  health->add_startup_check("migration", migration);
  systemd.emplace(*health);
  EXPECT_THAT(run(), ElementsAre(HasSubstr(extension)));

  EXPECT_THAT(run_after(a_while - 1ms), IsEmpty());
  EXPECT_THAT(run_after(1ms), ElementsAre(extension));
  EXPECT_THAT(run_after(a_while), ElementsAre(extension));
  migration.set(true);
  EXPECT_THAT(manager.received(), ElementsAre(Not(HasSubstr(extension))));
  EXPECT_THAT(run_after(a_while), IsEmpty());
}

TEST_F(SystemdTimeoutTest, IsNotExtendedBeyondTheLimitOfTheStart) {
  health.emplace(vitals::RegistryOptions{.startup_limit = 1min, .clock = clock});
  health->add_startup_check("migration", migration);
  start();

  EXPECT_THAT(run_after(1min - 1ms), ElementsAre(extension));
  EXPECT_THAT(run_after(a_while), IsEmpty());
}

TEST_F(SystemdTimeoutTest, IsExtendedWhileTheServiceDrains) {
  health.emplace(vitals::RegistryOptions{.shutdown_limit = 1min, .clock = clock});
  start();
  health->begin_shutdown("SIGTERM");
  EXPECT_THAT(manager.received(), ElementsAre(HasSubstr(extension)));

  EXPECT_THAT(run_after(a_while - 1ms), IsEmpty());
  EXPECT_THAT(run_after(1ms), ElementsAre(extension));
  EXPECT_THAT(run_after(1min), ElementsAre("STATUS=not alive: shutdown overran"));
  EXPECT_THAT(run_after(a_while), IsEmpty());
}

TEST_F(SystemdTimeoutTest, IsNotExtendedWhileTheServiceRuns) {
  start();

  EXPECT_THAT(run_after(1h), IsEmpty());
}

TEST_F(SystemdTimeoutTest, IsNotExtendedForAServiceThatIsNotAlive) {
  health->add_liveness_check("loop", PushedCheck{false});
  start();

  health->begin_shutdown("SIGTERM");

  EXPECT_THAT(manager.received(), ElementsAre(Not(HasSubstr(extension))));
  EXPECT_THAT(run_after(a_while), IsEmpty());
}

}  // namespace
}  // namespace vitals_test
