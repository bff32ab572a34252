#include <chrono>
#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/heartbeat.hpp>
#include <vitals/registry.hpp>
#include <vitals/status_flag.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "core/registry_state.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckCompletion;
using vitals::CheckContext;
using vitals::CheckResult;
using vitals::every;
using vitals::HealthRegistry;
using vitals::Heartbeat;
using vitals::on_demand;
using vitals::Probe;
using vitals::StatusFlag;
using vitals::SteadyTime;
using vitals::detail::Afterwards;
using vitals::detail::ProbeSet;
using vitals::detail::state_of;
using vitals::test::ManualClock;

class RegistryFixture : public testing::Test {
 protected:
  std::uint64_t version() const { return state_of(health_)->version(); }
  /// Whether `action` changes the version.
  template <class Action>
  bool changes(Action action) const {
    const auto before = version();
    action();
    return version() != before;
  }
  SteadyTime valid_until(Probe probe) const {
    Afterwards afterwards;
    return state_of(health_)->standing(ProbeSet::of(probe), afterwards).valid_until;
  }

  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
};

using VersionNumberTest = RegistryFixture;
using ValidUntilTest = RegistryFixture;
using StillHoldsTest = RegistryFixture;

TEST_F(StillHoldsTest, UntilItsTimeIsOver) {
  const auto end = clock_.now() + 1s;

  clock_.advance(1s - 1ns);
  EXPECT_TRUE(state_of(health_)->still_holds(version(), end));
  clock_.advance(1ns);

  EXPECT_FALSE(state_of(health_)->still_holds(version(), end));
}

TEST_F(StillHoldsTest, UntilSomethingChanges) {
  const auto before = version();

  health_.add_readiness_check("database", [] {});

  EXPECT_FALSE(state_of(health_)->still_holds(before, SteadyTime::max()));
  EXPECT_TRUE(state_of(health_)->still_holds(version(), SteadyTime::max()));
}

TEST_F(VersionNumberTest, ChangesWithEachCheckThatComesOrGoes) {
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
  std::optional<CheckCompletion> done;
  health_.add_readiness_check("remote",
                              [&](const CheckContext&, const CheckCompletion& completion) { done = completion; });
  health_.run_due();
  clock_.advance(500ms);

  EXPECT_TRUE(changes([&] { static_cast<void>(health_.report(Probe::readiness)); }));
  EXPECT_TRUE(changes([&] { (*done)(CheckResult::pass()); }));
}

TEST_F(VersionNumberTest, ChangesWithEachSet) {
  const StatusFlag flag{CheckResult::pass()};
  health_.add_readiness_check("feed", flag);

  EXPECT_TRUE(changes([&] { flag.set(CheckResult::warn()); }));
  EXPECT_TRUE(changes([&] { flag.set(CheckResult::warn("another reason")); }));
}

TEST_F(VersionNumberTest, ChangesWithTheStartupLatch) {
  const StatusFlag hold{CheckResult::fail()};
  health_.add_startup_check("hold", hold);

  EXPECT_TRUE(changes([&] { hold.set(CheckResult::pass()); }));
}

TEST_F(VersionNumberTest, ChangesWithTheShutdownOnce) {
  EXPECT_TRUE(changes([&] { health_.begin_shutdown("SIGTERM"); }));
  EXPECT_FALSE(changes([&] { health_.begin_shutdown("SIGINT"); }));
}

TEST_F(VersionNumberTest, ChangesWithWhatIsAwaitedOnceTheShutdownHasBegun) {
  EXPECT_FALSE(changes([&] { state_of(health_)->set_awaited({.in_flight = 2}); }));
  health_.begin_shutdown("SIGTERM");

  EXPECT_TRUE(changes([&] { state_of(health_)->set_awaited({.in_flight = 1}); }));
}

TEST_F(VersionNumberTest, ChangesWhenNobodyIsLeftToBeat) {
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
  std::optional<CheckCompletion> done;
  const auto handle = health_.add_readiness_check(
      "remote", [&](const CheckContext&, const CheckCompletion& completion) { done = completion; });
  health_.run_due();
  handle.remove();

  EXPECT_FALSE(changes([&] { (*done)(CheckResult::pass()); }));
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

  Afterwards afterwards;

  EXPECT_EQ(state_of(health_)->snapshot(ProbeSet::all(), afterwards).standing.version, version());
}

TEST_F(ValidUntilTest, IsForEverWithoutChecks) {
  EXPECT_EQ(valid_until(Probe::liveness), SteadyTime::max());
  EXPECT_EQ(valid_until(Probe::readiness), SteadyTime::max());
  EXPECT_EQ(valid_until(Probe::startup), SteadyTime::max());
}

TEST_F(ValidUntilTest, IsTheStaleBoundForEvery) {
  health_.add_readiness_check("database", [] {}, {.timeout = 1s, .schedule = every(5s)});
  health_.run_due();

  EXPECT_EQ(valid_until(Probe::readiness), clock_.now() + 16s + 1ns);
}

TEST_F(ValidUntilTest, IsOverOnceACheckIsStaleAndARunIsWanted) {
  health_.add_readiness_check("database", [] {}, {.schedule = every(5s)});
  health_.run_due();

  clock_.advance(1min);

  EXPECT_LE(valid_until(Probe::readiness), clock_.now());
}

TEST_F(ValidUntilTest, IsTheMaximumAgeForOnDemand) {
  health_.add_readiness_check("database", [] {}, {.schedule = on_demand(2s)});
  health_.run_due();

  EXPECT_EQ(valid_until(Probe::readiness), clock_.now() + 2s);
  clock_.advance(2s);
  EXPECT_LE(valid_until(Probe::readiness), clock_.now());
}

TEST_F(ValidUntilTest, IsTheEndOfTheLastKnownGood) {
  bool good = true;
  health_.add_readiness_check("database", [&] { return good; }, {.schedule = every(5s), .last_known_good_for = 12s});
  health_.run_due();
  const auto succeeded = clock_.now();
  good = false;
  clock_.advance(6s);
  health_.run_due();

  EXPECT_EQ(valid_until(Probe::readiness), succeeded + 12s);
}

TEST_F(ValidUntilTest, IsTheDeadlineOfARunUnderWay) {
  std::optional<CheckCompletion> done;
  health_.add_readiness_check("remote",
                              [&](const CheckContext&, const CheckCompletion& completion) { done = completion; },
                              {.schedule = every(5s)});
  health_.run_due();
  (*done)(CheckResult::pass());
  clock_.advance(6s);
  health_.run_due();

  EXPECT_EQ(valid_until(Probe::readiness), clock_.now() + 500ms);
}

TEST_F(ValidUntilTest, IsOverForACheckThatHasNotRun) {
  health_.add_liveness_check("loop", [] {});

  EXPECT_LE(valid_until(Probe::liveness), clock_.now());
}

TEST_F(ValidUntilTest, IsTheLastBeatAndTheLimitForAHeartbeat) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("loop", beat);
  EXPECT_EQ(valid_until(Probe::liveness), clock_.now() + 5s + 1ns);
  clock_.advance(3s);
  beat.beat();

  clock_.advance(2s + 1ns);

  EXPECT_EQ(valid_until(Probe::liveness), clock_.now() + 3s);
}

TEST_F(ValidUntilTest, IsOverForASilentHeartbeat) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("loop", beat);

  clock_.advance(6s);

  EXPECT_LE(valid_until(Probe::liveness), clock_.now());
}

TEST_F(ValidUntilTest, IsNoMoreThanTheLimitWhileAHeartbeatIsIdle) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("loop", beat);
  const auto idle = beat.idle();
  clock_.advance(1min);

  EXPECT_EQ(valid_until(Probe::liveness), clock_.now() + 5s);
}

TEST_F(ValidUntilTest, IsTheEndOfAFlagsValidity) {
  health_.add_readiness_check("feed", StatusFlag{CheckResult::pass(), {.valid_for = 30s}});

  EXPECT_EQ(valid_until(Probe::readiness), clock_.now() + 30s + 1ns);
}

TEST_F(ValidUntilTest, IsTheEarliestOfAllChecks) {
  health_.add_readiness_check("feed", StatusFlag{CheckResult::pass(), {.valid_for = 30s}});
  health_.add_readiness_check("short", StatusFlag{CheckResult::pass(), {.valid_for = 10s}});

  EXPECT_EQ(valid_until(Probe::readiness), clock_.now() + 10s + 1ns);
}

TEST_F(ValidUntilTest, IsTheEndOfTheShieldDuringStartup) {
  health_.add_startup_check("hold", StatusFlag{CheckResult::fail()});

  EXPECT_EQ(valid_until(Probe::liveness), clock_.now() + 10min + 1ns);
}

TEST_F(ValidUntilTest, IsTheLimitOfTheShutdownForLiveness) {
  health_.begin_shutdown("SIGTERM");

  EXPECT_EQ(valid_until(Probe::liveness), clock_.now() + 5min + 1ns);
  EXPECT_EQ(valid_until(Probe::readiness), SteadyTime::max());
}

}  // namespace
