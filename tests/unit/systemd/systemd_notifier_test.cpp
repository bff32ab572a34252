// When a service counts as ready and as stopping.

#include <string>

#include <vitals/pushed_check.hpp>

#include "core/state/checks.hpp"
#include "support/child.hpp"
#include "systemd/notify_socket.hpp"
#include "unit/systemd/systemd_fixture.hpp"

namespace vitals_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;
using vitals::PushedCheck;
using vitals::SystemdNotifier;

TEST_F(SystemdTest, SendsNothingBeforeTheChecksRun) {
  const SystemdNotifier notifier{*health};

  EXPECT_THAT(manager.received(), IsEmpty());
}

TEST_F(SystemdTest, IsReadyWhenTheChecksRunIfNothingHasToStart) {
  systemd.emplace(*health);

  EXPECT_THAT(run(), ElementsAre("READY=1\nSTATUS=ready"));
}

TEST_F(SystemdTest, IsReadyOnceStartupHasSucceeded) {
  PushedCheck migration{false};
  health->add_startup_check("migration", migration);
  systemd.emplace(*health);
  EXPECT_THAT(run(), ElementsAre("STATUS=starting: migration\nEXTEND_TIMEOUT_USEC=30000000"));

  migration.set(true);

  EXPECT_THAT(manager.received(), ElementsAre("READY=1\nSTATUS=ready"));
}

TEST_F(SystemdTest, IsReadyAlthoughADependencyIsDown) {
  health->add_readiness_check("database", PushedCheck{vitals::CheckResult::fail("refused")});
  systemd.emplace(*health);

  EXPECT_THAT(run(), ElementsAre("READY=1\nSTATUS=not ready: database: refused"));
}

TEST_F(SystemdTest, MayWaitForTheDependencies) {
  PushedCheck database{vitals::CheckResult::fail("refused")};
  health->add_readiness_check("database", database);
  systemd.emplace(*health, vitals::SystemdOptions{.wait_until_ready = true});
  EXPECT_THAT(run(), ElementsAre("STATUS=not ready: database: refused\nEXTEND_TIMEOUT_USEC=30000000"));

  database.set(true);
  EXPECT_THAT(manager.received(), ElementsAre("READY=1\nSTATUS=ready"));
  database.set(vitals::CheckResult::fail("gone"));
  EXPECT_THAT(manager.received(), ElementsAre("STATUS=not ready: database: gone"));
}

TEST_F(SystemdTest, StopsBeforeBeginShutdownReturns) {
  start();

  health->begin_shutdown("SIGTERM");

  EXPECT_THAT(manager.received(), ElementsAre("STOPPING=1\nSTATUS=draining: SIGTERM\nEXTEND_TIMEOUT_USEC=30000000"));
  EXPECT_THAT(run_after(1s), IsEmpty());
}

TEST_F(SystemdTest, StopsAlsoIfReadinessStays) {
  start();

  begin_shutdown(*vitals::detail::state_of(*health), "SIGTERM", vitals::detail::Readiness::stays);

  EXPECT_THAT(manager.received(), ElementsAre("STOPPING=1\nSTATUS=draining\nEXTEND_TIMEOUT_USEC=30000000"));
}

TEST_F(SystemdTest, MayStopBeforeTheChecksRun) {
  systemd.emplace(*health);

  health->begin_shutdown("bad configuration");

  EXPECT_THAT(manager.received(), ElementsAre(StartsWith("STOPPING=1\nSTATUS=draining: bad configuration")));
  EXPECT_THAT(run(), IsEmpty());
}

TEST_F(SystemdTest, SendsNothingAfterItsEnd) {
  PushedCheck database{true};
  health->add_readiness_check("database", database);
  start();

  systemd.reset();
  database.set(false);
  health->begin_shutdown("SIGTERM");

  EXPECT_THAT(manager.received(), IsEmpty());
}

TEST_F(SystemdTest, OutlivesItsRegistry) {
  start({.trigger_watchdog = true});

  health.reset();
  { const auto reload = systemd->reloading(); }
  systemd.reset();

  EXPECT_THAT(manager.received(), IsEmpty());
}

TEST_F(SystemdTest, SendsNothingFromAChildOfFork) {
  start();

  Child child{[&] {
    { const auto reload = systemd->reloading(); }
    health->run_due();
    health->begin_shutdown("in the child");
    systemd.reset();
  }};

  EXPECT_EQ(child.wait(), 0);
  EXPECT_THAT(manager.received(), IsEmpty());
}

TEST_F(SystemdTest, SendsAgainWhatDidNotFitIntoTheQueue) {
  systemd.emplace(*health);
  const vitals::detail::NotifySocket other{manager.address()};
  while (other.send("EXTRA=1")) continue;
  health->run_due();
  manager.received();

  EXPECT_THAT(run_after(99ms), IsEmpty());
  EXPECT_THAT(run_after(1ms), ElementsAre("READY=1\nSTATUS=ready"));
}

TEST_F(SystemdTest, GoesOnWithoutAManager) {
  {
    const NotifyListener gone;
    systemd.emplace(*health);
  }

  EXPECT_NO_THROW(health->run_due());
  EXPECT_NO_THROW(health->begin_shutdown("SIGTERM"));
}

}  // namespace
}  // namespace vitals_test
