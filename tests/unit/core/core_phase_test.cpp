#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "core/state/checks.hpp"
#include "core/state/probes.hpp"

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using vitals::CheckResult;
using vitals::HealthRegistry;
using vitals::PushedCheck;
using vitals::WallTime;
using vitals::detail::Effects;
using vitals::detail::Phase;
using vitals::detail::ProbeSet;
using vitals::detail::Snapshot;
using vitals::detail::state_of;
using vitals::test::ManualClock;

class PhaseTest : public testing::Test {
 protected:
  PhaseTest() { clock_.advance(1min); }

  Snapshot snapshot() const {
    Effects effects{*state_of(health_)};
    return vitals::detail::snapshot(*state_of(health_), ProbeSet::all(), effects);
  }
  Phase phase() const { return snapshot().phase; }
  WallTime since() const { return snapshot().phase_since; }

  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
  const WallTime constructed_ = clock_.wall_now();
  PushedCheck hold_{CheckResult::fail("migrating")};
};

TEST_F(PhaseTest, IsSpelledInLowerCase) {
  EXPECT_EQ(to_string(Phase::starting), "starting");
  EXPECT_EQ(to_string(Phase::serving), "serving");
  EXPECT_EQ(to_string(Phase::draining), "draining");
}

TEST_F(PhaseTest, IsServingFromTheConstructionWithoutStartupChecks) {
  EXPECT_EQ(phase(), Phase::serving);
  EXPECT_EQ(since(), constructed_);
}

TEST_F(PhaseTest, IsStartingFromTheFirstStartupCheck) {
  health_.add_startup_check("hold", hold_);
  clock_.advance(1min);
  health_.add_startup_check("another", hold_);

  EXPECT_EQ(phase(), Phase::starting);
  EXPECT_EQ(since(), constructed_ + 1min);
}

TEST_F(PhaseTest, IsServingFromTheStartupLatch) {
  health_.add_startup_check("hold", hold_);
  clock_.advance(1min);

  hold_.set(CheckResult::pass());
  clock_.advance(1min);

  EXPECT_EQ(phase(), Phase::serving);
  EXPECT_EQ(since(), constructed_ + 2min);
}

TEST_F(PhaseTest, IsServingAgainWhenTheOnlyStartupCheckIsRemoved) {
  const auto held = health_.add_startup_check("hold", hold_);
  clock_.advance(1min);

  held.remove();
  clock_.advance(1min);

  EXPECT_EQ(phase(), Phase::serving);
  EXPECT_EQ(since(), constructed_ + 2min);
}

TEST_F(PhaseTest, IsDrainingFromTheShutdownAlsoDuringStartup) {
  health_.add_startup_check("hold", hold_);
  clock_.advance(1min);

  health_.begin_shutdown("SIGTERM");
  clock_.advance(1min);
  health_.begin_shutdown("SIGINT");
  hold_.set(CheckResult::pass());

  EXPECT_EQ(phase(), Phase::draining);
  EXPECT_EQ(since(), constructed_ + 2min);
}

TEST_F(PhaseTest, IsReadableWithoutALock) {
  EXPECT_FALSE(state_of(health_)->draining);

  health_.begin_shutdown("SIGTERM");

  EXPECT_TRUE(state_of(health_)->draining);
}

TEST_F(PhaseTest, KnowsWhatIsAwaitedOnceItWasReported) {
  health_.begin_shutdown("SIGTERM");
  EXPECT_EQ(snapshot().awaited, nullptr);

  set_awaited(*state_of(health_), {.in_flight = 2, .callbacks = {"web", "cache"}});
  set_awaited(*state_of(health_), {.in_flight = 1, .callbacks = {"cache"}});

  const auto awaited = snapshot().awaited;
  ASSERT_NE(awaited, nullptr);
  EXPECT_EQ(awaited->in_flight, 1U);
  EXPECT_THAT(awaited->callbacks, ElementsAre("cache"));
}

TEST_F(PhaseTest, AwaitsNothingBeforeTheShutdown) {
  set_awaited(*state_of(health_), {.in_flight = 2});
  health_.begin_shutdown("SIGTERM");

  EXPECT_EQ(snapshot().awaited, nullptr);
}

}  // namespace
