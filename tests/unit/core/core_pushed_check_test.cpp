#include <chrono>
#include <optional>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "unit/core/core_instant_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckResult;
using vitals::Condition;
using vitals::HealthRegistry;
using vitals::Probe;
using vitals::PushedCheck;
using vitals::Status;

using PushedCheckTest = vitals::test::InstantCheckTest;

TEST_F(PushedCheckTest, IsWhatItWasMadeWith) {
  health_.add_liveness_check("check", PushedCheck{CheckResult::warn("connecting").with("tries", 1)});

  EXPECT_EQ(status(), Status::warn);
  EXPECT_EQ(check().message, "connecting");
  EXPECT_EQ(check().condition, Condition::fresh);
  EXPECT_EQ(check().data.size(), 1U);
}

TEST_F(PushedCheckTest, IsWhatItWasLastSetTo) {
  const PushedCheck flag{CheckResult::warn("connecting")};
  health_.add_liveness_check("check", flag);

  flag.set(CheckResult::fail("refused"));
  flag.set(CheckResult::pass("connected"));

  EXPECT_EQ(status(), Status::pass);
  EXPECT_EQ(check().message, "connected");
  EXPECT_EQ(flag.get(), CheckResult::pass("connected"));
}

TEST_F(PushedCheckTest, TakesABool) {
  const PushedCheck feed{false};
  health_.add_liveness_check("feed", feed);

  EXPECT_EQ(check("feed").status, Status::fail);

  feed.set(true);
  EXPECT_EQ(check("feed").status, Status::pass);

  feed.set(false);
  EXPECT_EQ(check("feed").status, Status::fail);
}

// A pointer would convert to true.
template <class T>
constexpr bool is_settable_to = requires(const PushedCheck& check, T value) {
  check.set(value);
};
static_assert(is_settable_to<bool>);
static_assert(is_settable_to<CheckResult>);
static_assert(!is_settable_to<const char*>);
static_assert(!is_settable_to<int>);
static_assert(!std::is_constructible_v<PushedCheck, const char*>);

TEST_F(PushedCheckTest, IsTrueUntilItIsSet) {
  health_.add_liveness_check("check", PushedCheck{CheckResult::pass()});

  clock_.advance(24h * 365);

  EXPECT_EQ(status(), Status::pass);
}

TEST_F(PushedCheckTest, IsStaleWhenItWasNotSetWithinItsValidity) {
  const PushedCheck flag{CheckResult::pass(), {.valid_for = 30s}};
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

TEST_F(PushedCheckTest, CountsItsInitialResultFromItsRegistration) {
  const PushedCheck flag{CheckResult::pass(), {.valid_for = 30s}};
  clock_.advance(1h);
  health_.add_liveness_check("check", flag);

  clock_.advance(30s);
  EXPECT_EQ(status(), Status::pass);
  clock_.advance(1ns);
  EXPECT_EQ(status(), Status::fail);
}

TEST_F(PushedCheckTest, IgnoresTimesOfAnotherClock) {
  const PushedCheck flag{CheckResult::fail(), {.valid_for = 30s}};
  flag.set(CheckResult::pass());
  health_.add_liveness_check("check", flag);

  clock_.advance(30s);
  EXPECT_EQ(status(), Status::pass);
  clock_.advance(1ns);
  EXPECT_EQ(status(), Status::fail);
}

TEST_F(PushedCheckTest, IsFreshAgainWhenItIsSet) {
  const PushedCheck flag{CheckResult::pass(), {.valid_for = 30s}};
  health_.add_liveness_check("check", flag);
  clock_.advance(1min);
  EXPECT_EQ(check().condition, Condition::stale);

  flag.set(CheckResult::warn());

  EXPECT_EQ(check().condition, Condition::fresh);
  EXPECT_EQ(status(), Status::warn);
}

TEST_F(PushedCheckTest, TakesTheLastKnownGoodFromTheEndOfTheSuccess) {
  const PushedCheck flag{CheckResult::pass()};
  health_.add_liveness_check("check", flag, {.last_known_good_for = 10s});
  clock_.advance(1h);
  flag.set(CheckResult::fail("lost"));

  clock_.advance(10s - 1ns);
  EXPECT_EQ(status(), Status::warn);
  clock_.advance(1ns);
  EXPECT_EQ(status(), Status::fail);
}

TEST_F(PushedCheckTest, EndsASuccessWhereItWentStale) {
  const PushedCheck flag{CheckResult::pass(), {.valid_for = 30s}};
  health_.add_liveness_check("check", flag, {.last_known_good_for = 10s});
  clock_.advance(1min);

  flag.set(CheckResult::fail("lost"));

  EXPECT_EQ(status(), Status::fail);
}

TEST_F(PushedCheckTest, IsStaleInSpiteOfTheLastKnownGood) {
  health_.add_liveness_check("check", PushedCheck{CheckResult::pass(), {.valid_for = 30s}},
                             {.last_known_good_for = 1h});

  clock_.advance(31s);

  EXPECT_EQ(status(), Status::fail);
}

TEST_F(PushedCheckTest, LivesOnInTheRegistry) {
  std::optional<PushedCheck> flag{CheckResult::warn("connecting")};
  health_.add_liveness_check("check", *flag);

  flag.reset();

  EXPECT_EQ(status(), Status::warn);
}

TEST_F(PushedCheckTest, MayBeSeveralChecks) {
  const PushedCheck flag{CheckResult::pass()};
  health_.add_liveness_check("check", flag);
  const auto other = health_.add_liveness_check("other", flag);

  flag.set(CheckResult::warn());
  EXPECT_EQ(check("other").status, Status::warn);
  other.remove();
  flag.set(CheckResult::fail());

  EXPECT_EQ(status(), Status::fail);
}

TEST_F(PushedCheckTest, MayOutliveTheRegistry) {
  const PushedCheck flag{CheckResult::pass()};
  {
    HealthRegistry other{{.clock = clock_}};
    other.add_liveness_check("check", flag);
  }

  flag.set(CheckResult::warn());

  EXPECT_EQ(flag.get().status(), Status::warn);
}

}  // namespace
