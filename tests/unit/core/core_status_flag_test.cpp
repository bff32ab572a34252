#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/registry.hpp>
#include <vitals/status_flag.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "unit/core/core_instant_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckResult;
using vitals::Condition;
using vitals::HealthRegistry;
using vitals::Probe;
using vitals::Status;
using vitals::StatusFlag;

using StatusFlagTest = vitals::test::InstantCheckTest;

TEST_F(StatusFlagTest, IsWhatItWasMadeWith) {
  health_.add_liveness_check("check", StatusFlag{CheckResult::warn("connecting").with("tries", 1)});

  EXPECT_EQ(status(), Status::warn);
  EXPECT_EQ(check().message, "connecting");
  EXPECT_EQ(check().condition, Condition::fresh);
  EXPECT_EQ(check().data.size(), 1U);
}

TEST_F(StatusFlagTest, IsWhatItWasLastSetTo) {
  const StatusFlag flag{CheckResult::warn("connecting")};
  health_.add_liveness_check("check", flag);

  flag.set(CheckResult::fail("refused"));
  flag.set(CheckResult::pass("connected"));

  EXPECT_EQ(status(), Status::pass);
  EXPECT_EQ(check().message, "connected");
  EXPECT_EQ(flag.get(), CheckResult::pass("connected"));
}

TEST_F(StatusFlagTest, IsTrueUntilItIsSet) {
  health_.add_liveness_check("check", StatusFlag{CheckResult::pass()});

  clock_.advance(24h * 365);

  EXPECT_EQ(status(), Status::pass);
}

TEST_F(StatusFlagTest, IsStaleWhenItWasNotSetForSoLong) {
  const StatusFlag flag{CheckResult::pass(), {.valid_for = 30s}};
  health_.add_liveness_check("check", flag);
  clock_.advance(10s);
  flag.set(CheckResult::pass());

  clock_.advance(30s);
  EXPECT_EQ(status(), Status::pass);
  clock_.advance(1ns);

  EXPECT_EQ(status(), Status::fail);
  EXPECT_EQ(check().condition, Condition::stale);
  EXPECT_EQ(check().message, "stale: not set within 30 s");
}

TEST_F(StatusFlagTest, CountsItsInitialResultFromItsRegistration) {
  const StatusFlag flag{CheckResult::pass(), {.valid_for = 30s}};
  clock_.advance(1h);
  health_.add_liveness_check("check", flag);

  clock_.advance(30s);
  EXPECT_EQ(status(), Status::pass);
  clock_.advance(1ns);
  EXPECT_EQ(status(), Status::fail);
}

TEST_F(StatusFlagTest, KnowsNoTimesOfAnotherClock) {
  const StatusFlag flag{CheckResult::fail(), {.valid_for = 30s}};
  flag.set(CheckResult::pass());
  health_.add_liveness_check("check", flag);

  clock_.advance(30s);
  EXPECT_EQ(status(), Status::pass);
  clock_.advance(1ns);
  EXPECT_EQ(status(), Status::fail);
}

TEST_F(StatusFlagTest, IsFreshAgainWhenItIsSet) {
  const StatusFlag flag{CheckResult::pass(), {.valid_for = 30s}};
  health_.add_liveness_check("check", flag);
  clock_.advance(1min);
  EXPECT_EQ(check().condition, Condition::stale);

  flag.set(CheckResult::warn());

  EXPECT_EQ(check().condition, Condition::fresh);
  EXPECT_EQ(status(), Status::warn);
}

TEST_F(StatusFlagTest, TakesTheLastKnownGoodFromTheEndOfTheSuccess) {
  const StatusFlag flag{CheckResult::pass()};
  health_.add_liveness_check("check", flag, {.last_known_good_for = 10s});
  clock_.advance(1h);
  flag.set(CheckResult::fail("lost"));

  clock_.advance(10s - 1ns);
  EXPECT_EQ(status(), Status::warn);
  clock_.advance(1ns);
  EXPECT_EQ(status(), Status::fail);
}

TEST_F(StatusFlagTest, EndsASuccessWhereItWentStale) {
  const StatusFlag flag{CheckResult::pass(), {.valid_for = 30s}};
  health_.add_liveness_check("check", flag, {.last_known_good_for = 10s});
  clock_.advance(1min);

  flag.set(CheckResult::fail("lost"));

  EXPECT_EQ(status(), Status::fail);
}

TEST_F(StatusFlagTest, IsStaleInSpiteOfTheLastKnownGood) {
  health_.add_liveness_check("check", StatusFlag{CheckResult::pass(), {.valid_for = 30s}}, {.last_known_good_for = 1h});

  clock_.advance(31s);

  EXPECT_EQ(status(), Status::fail);
}

TEST_F(StatusFlagTest, LivesOnInTheRegistry) {
  std::optional<StatusFlag> flag{CheckResult::warn("connecting")};
  health_.add_liveness_check("check", *flag);

  flag.reset();

  EXPECT_EQ(status(), Status::warn);
}

TEST_F(StatusFlagTest, MayBeSeveralChecks) {
  const StatusFlag flag{CheckResult::pass()};
  health_.add_liveness_check("check", flag);
  const auto other = health_.add_liveness_check("other", flag);

  flag.set(CheckResult::warn());
  EXPECT_EQ(check("other").status, Status::warn);
  other.remove();
  flag.set(CheckResult::fail());

  EXPECT_EQ(status(), Status::fail);
}

TEST_F(StatusFlagTest, MayOutliveTheRegistry) {
  const StatusFlag flag{CheckResult::pass()};
  {
    HealthRegistry other{{.clock = clock_}};
    other.add_liveness_check("check", flag);
  }

  flag.set(CheckResult::warn());

  EXPECT_EQ(flag.get().status(), Status::warn);
}

}  // namespace
