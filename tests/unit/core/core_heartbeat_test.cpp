#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/heartbeat.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "unit/core/core_instant_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::HealthRegistry;
using vitals::Heartbeat;
using vitals::Probe;
using vitals::Status;

using HeartbeatTest = vitals::test::InstantCheckTest;

TEST_F(HeartbeatTest, IsAliveForItsLimitAndNotLonger) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("check", beat);
  clock_.advance(2s);
  beat.beat();

  clock_.advance(5s);
  EXPECT_EQ(status(), Status::pass);
  clock_.advance(1ns);

  EXPECT_EQ(status(), Status::fail);
  EXPECT_EQ(check().message, "silent for longer than 5 s");
}

TEST_F(HeartbeatTest, CountsFromItsRegistration) {
  const Heartbeat beat{5s};
  beat.beat();
  clock_.advance(1h);
  health_.add_liveness_check("check", beat);

  clock_.advance(5s);
  EXPECT_EQ(status(), Status::pass);
  clock_.advance(1ns);
  EXPECT_EQ(status(), Status::fail);
}

TEST_F(HeartbeatTest, IgnoresBeatsOfAnotherClock) {
  const auto dawn = std::make_shared<vitals::test::Dawn>();
  HealthRegistry health{{.clock = vitals::Clock{dawn}}};
  const Heartbeat beat{1ms};
  beat.beat();  // reads the system's clock, which is far ahead
  health.add_liveness_check("check", beat);

  dawn->elapsed = 1ms + 1ns;

  EXPECT_EQ(health.report(Probe::liveness).status(), Status::fail);
}

TEST_F(HeartbeatTest, RecoversWithTheNextBeat) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("check", beat);
  clock_.advance(1min);
  EXPECT_EQ(status(), Status::fail);

  beat.beat();

  EXPECT_EQ(status(), Status::pass);
}

TEST_F(HeartbeatTest, IsSharedByItsCopies) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("check", beat);
  const std::optional<Heartbeat> copy{beat};
  clock_.advance(1min);

  copy->beat();

  EXPECT_EQ(status(), Status::pass);
  EXPECT_EQ(copy->limit(), 5s);
}

TEST_F(HeartbeatTest, FailsWhenItsLastCopyIsDestroyed) {
  std::optional<Heartbeat> beat{5s};
  std::optional<Heartbeat> copy{*beat};
  health_.add_liveness_check("check", *beat);

  beat.reset();
  EXPECT_EQ(status(), Status::pass);
  copy.reset();

  EXPECT_EQ(status(), Status::fail);
  EXPECT_EQ(check().message, "silent: the last copy of its Heartbeat was destroyed");
}

TEST_F(HeartbeatTest, NeedNotBeatWhileItIsIdle) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("check", beat);

  const auto idle = beat.idle();
  clock_.advance(1h);

  EXPECT_EQ(status(), Status::pass);
}

TEST_F(HeartbeatTest, BeatsAtTheEndOfItsIdleness) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("check", beat);
  {
    const auto idle = beat.idle();
    clock_.advance(1h);
  }

  clock_.advance(5s);
  EXPECT_EQ(status(), Status::pass);
  clock_.advance(1ns);
  EXPECT_EQ(status(), Status::fail);
}

TEST_F(HeartbeatTest, IsIdleUntilTheLastGuardEnds) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("check", beat);
  auto outer = std::optional{beat.idle()};
  auto inner = std::optional{beat.idle()};

  inner.reset();
  clock_.advance(1h);
  EXPECT_EQ(status(), Status::pass);
  outer.reset();
  clock_.advance(6s);

  EXPECT_EQ(status(), Status::fail);
}

TEST_F(HeartbeatTest, IsIdleOnceThoughTheGuardMoves) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("check", beat);
  {
    auto idle = beat.idle();
    const auto moved = std::move(idle);
    clock_.advance(1h);
    EXPECT_EQ(status(), Status::pass);
  }

  clock_.advance(6s);

  EXPECT_EQ(status(), Status::fail);
}

TEST_F(HeartbeatTest, IsHeldByItsIdleGuard) {
  std::optional<Heartbeat> beat{5s};
  health_.add_liveness_check("check", *beat);
  auto idle = std::optional{beat->idle()};

  beat.reset();
  EXPECT_EQ(status(), Status::pass);
  idle.reset();

  EXPECT_EQ(status(), Status::fail);
}

TEST_F(HeartbeatTest, TakesTheLastKnownGood) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("check", beat, {.last_known_good_for = 10s});

  clock_.advance(5s + 1ns);
  EXPECT_EQ(status(), Status::warn);
  clock_.advance(10s - 2ns);
  EXPECT_EQ(status(), Status::warn);
  clock_.advance(1ns);

  EXPECT_EQ(status(), Status::fail);
}

TEST_F(HeartbeatTest, GivesAFreshLimitOnlyFromTheSecondRegistryOn) {
  const Heartbeat beat{5s};
  health_.add_liveness_check("check", beat);
  clock_.advance(1min);
  HealthRegistry other{{.clock = clock_}};

  other.add_liveness_check("check", beat);

  EXPECT_EQ(other.report(Probe::liveness).status(), Status::pass);
  EXPECT_EQ(status(), Status::fail);
}

TEST_F(HeartbeatTest, MayOutliveTheRegistry) {
  const Heartbeat beat{5s};
  {
    HealthRegistry other{{.clock = clock_}};
    other.add_liveness_check("check", beat);
  }

  EXPECT_NO_FATAL_FAILURE(beat.beat());
}

}  // namespace
