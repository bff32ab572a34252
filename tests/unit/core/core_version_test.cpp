#include <chrono>
#include <optional>

#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/heartbeat.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>

#include "core/state/checks.hpp"
#include "core/state/probes.hpp"
#include "core_version_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckResult;
using vitals::Heartbeat;
using vitals::Probe;
using vitals::PushedCheck;
using vitals::detail::Effects;
using vitals::detail::ProbeSet;
using vitals::detail::state_of;

using VersionNumberTest = vitals_test::VersionFixture;
using StillHoldsTest = vitals_test::VersionFixture;

TEST_F(StillHoldsTest, UntilItsTimeIsOver) {
  health_.add_readiness_check("feed", PushedCheck{CheckResult::pass(), {.valid_for = 1s}});

  clock_.advance(1s);
  EXPECT_TRUE(still_holds(version()));
  clock_.advance(1ns);

  EXPECT_FALSE(still_holds(version()));
}

TEST_F(StillHoldsTest, UntilSomethingChanges) {
  const PushedCheck flag{CheckResult::pass()};
  health_.add_readiness_check("feed", flag);
  const auto before = version();

  flag.set(CheckResult::fail());

  EXPECT_FALSE(still_holds(before));
  EXPECT_TRUE(still_holds(version()));
}

// An answer looks the same when a run begins, so it isn't written anew; but it is valid only until the run's deadline.
TEST_F(StillHoldsTest, WhileARunThatHasBegunIsInTime) {
  add_due_remote_check();
  const auto before = version();
  ASSERT_EQ(health_.run_due(), 1U);

  EXPECT_TRUE(still_holds(before));
  clock_.advance(500ms);

  EXPECT_FALSE(still_holds(before));
}

TEST_F(VersionNumberTest, ChangesWithEachCheckThatIsAddedOrRemoved) {
  vitals::CheckHandle handle;

  EXPECT_TRUE(changes([&] { handle = health_.add_readiness_check("database", [] {}); }));
  EXPECT_TRUE(changes([&] { handle.remove(); }));
  EXPECT_FALSE(changes([&] { handle.remove(); }));
}

TEST_F(VersionNumberTest, ChangesWithEachResult) {
  health_.add_readiness_check("database", [] {});
  health_.run_due();
  clock_.advance(15s);

  EXPECT_TRUE(changes([&] { health_.run_due(); }));
}

TEST_F(VersionNumberTest, ChangesWithATimeoutAndWithTheReturnOfTheRun) {
  add_remote_check();
  health_.run_due();
  clock_.advance(500ms);

  EXPECT_TRUE(changes([&] { static_cast<void>(health_.report(Probe::readiness)); }));
  EXPECT_TRUE(changes([&] { (*done_)(CheckResult::pass()); }));
}

TEST_F(VersionNumberTest, ChangesWithEachSet) {
  const PushedCheck flag{CheckResult::pass()};
  health_.add_readiness_check("feed", flag);

  EXPECT_TRUE(changes([&] { flag.set(CheckResult::warn()); }));
  EXPECT_TRUE(changes([&] { flag.set(CheckResult::warn("another reason")); }));
}

TEST_F(VersionNumberTest, ChangesWithTheStartupLatch) {
  const PushedCheck hold{CheckResult::fail()};
  health_.add_startup_check("hold", hold);

  EXPECT_TRUE(changes([&] { hold.set(CheckResult::pass()); }));
}

TEST_F(VersionNumberTest, ChangesWithTheShutdownOnce) {
  EXPECT_TRUE(changes([&] { health_.begin_shutdown("SIGTERM"); }));
  EXPECT_FALSE(changes([&] { health_.begin_shutdown("SIGINT"); }));
}

TEST_F(VersionNumberTest, ChangesWithWhatIsAwaitedOnceTheShutdownHasBegun) {
  EXPECT_FALSE(changes([&] { set_awaited(*state_of(health_), {.in_flight = 2}); }));
  health_.begin_shutdown("SIGTERM");

  EXPECT_TRUE(changes([&] { set_awaited(*state_of(health_), {.in_flight = 1}); }));
}

TEST_F(VersionNumberTest, ChangesWhenTheLastHeartbeatCopyIsDestroyed) {
  std::optional<Heartbeat> beat{5s};
  health_.add_liveness_check("loop", *beat);

  EXPECT_TRUE(changes([&] { beat.reset(); }));
}

TEST_F(VersionNumberTest, DoesNotChangeWithABeat) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("loop", beat);

  EXPECT_FALSE(changes([&] { beat.beat(); }));
}

TEST_F(VersionNumberTest, DoesNotChangeWithTheResultOfARemovedCheck) {
  const auto handle = add_remote_check();
  health_.run_due();
  handle.remove();

  EXPECT_FALSE(changes([&] { (*done_)(CheckResult::pass()); }));
}

TEST_F(VersionNumberTest, DoesNotChangeWithAReport) {
  health_.add_readiness_check("database", [] {});
  health_.run_due();

  EXPECT_FALSE(changes([&] {
    for (const auto probe : vitals::detail::all_probes) static_cast<void>(health_.report(probe));
  }));
}

TEST_F(VersionNumberTest, DoesNotChangeWithAListener) {
  EXPECT_FALSE(changes([&] { static_cast<void>(health_.on_change([](const vitals::HealthEvent&) {})); }));
}

TEST_F(VersionNumberTest, DoesNotChangeWhenNothingIsDue) {
  health_.add_readiness_check("database", [] {});
  health_.run_due();
  clock_.advance(1s);

  EXPECT_FALSE(changes([&] { health_.run_due(); }));
}

TEST_F(VersionNumberTest, IsThatOfTheSnapshot) {
  health_.add_readiness_check("database", [] {});

  Effects effects{*state_of(health_)};

  EXPECT_EQ(snapshot(*state_of(health_), ProbeSet::all(), effects).standing.version, version());
}

}  // namespace
