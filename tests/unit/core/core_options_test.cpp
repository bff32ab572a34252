#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/heartbeat.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>

#include "support/refusal.hpp"

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using vitals::CheckOptions;
using vitals::CheckResult;
using vitals::every;
using vitals::HealthRegistry;
using vitals::Heartbeat;
using vitals::on_demand;
using vitals::PushedCheck;
using vitals::RegistryOptions;
using vitals_test::refusal_of;

std::string refusal(const CheckOptions& options) {
  HealthRegistry health;
  return refusal_of([&] {
    health.add_readiness_check(
        "database", [] {}, options);
  });
}

std::string refusal(const RegistryOptions& options) {
  return refusal_of([&] { const HealthRegistry health{options}; });
}

testing::Matcher<std::string> names(const std::string& rule) {
  return AllOf(HasSubstr("check \"database\""), HasSubstr(rule));
}

TEST(CheckOptionsTest, TakeTheirDefaults) { EXPECT_EQ(refusal(CheckOptions{}), ""); }

TEST(CheckOptionsTest, HaveATimeoutFromOneMillisecondToAnHour) {
  EXPECT_EQ(refusal({.timeout = 1ms}), "");
  EXPECT_THAT(refusal({.timeout = 1ms - 1ns}), names("timeout must be 1 ms to 1 h"));
  EXPECT_THAT(refusal({.timeout = 0ms}), names("timeout must be 1 ms to 1 h"));
  EXPECT_THAT(refusal({.timeout = -5ms}), names("timeout must be 1 ms to 1 h"));
  EXPECT_EQ(refusal({.timeout = 1h, .schedule = every(1s)}), "");
  EXPECT_THAT(refusal({.timeout = 1h + 1ns, .schedule = every(1s)}), names("timeout must be 1 ms to 1 h"));
}

TEST(CheckOptionsTest, SayUseEveryWhenAnOnDemandTimeoutExceedsTheAnswerBudget) {
  EXPECT_EQ(refusal({.timeout = 750ms}), "");
  EXPECT_THAT(refusal({.timeout = 751ms}), AllOf(names("timeout"), HasSubstr("751 ms"), HasSubstr("750 ms")));
  EXPECT_THAT(refusal({.timeout = 751ms}), HasSubstr("use every()"));
}

TEST(CheckOptionsTest, MeasureAnOnDemandTimeoutByTheRegistrysOwnBudget) {
  HealthRegistry health{{.answer_budget = 100ms}};

  EXPECT_THAT(refusal_of([&] { health.add_readiness_check("database", [] {}); }), names("use every()"));
  EXPECT_EQ(refusal_of([&] { health.add_readiness_check("database", [] {}, {.timeout = 100ms}); }), "");
}

TEST(CheckOptionsTest, LetABackgroundTimeoutExceedTheAnswerBudget) {
  EXPECT_EQ(refusal({.timeout = 5s, .schedule = every(10s)}), "");
}

TEST(CheckOptionsTest, HaveAMaximumAgeFromZeroToAnHour) {
  EXPECT_EQ(refusal({.schedule = on_demand(0s)}), "");
  EXPECT_THAT(refusal({.schedule = on_demand(-1ns)}), names("max_age"));
  EXPECT_EQ(refusal({.schedule = on_demand(1h), .stale_after = 2h}), "");
  EXPECT_THAT(refusal({.schedule = on_demand(1h + 1ns), .stale_after = 2h}), names("max_age"));
}

TEST(CheckOptionsTest, HaveAnIntervalFromOneMillisecondToADay) {
  EXPECT_EQ(refusal({.schedule = every(1ms)}), "");
  EXPECT_THAT(refusal({.schedule = every(999us)}), names("interval must be 1 ms to 24 h"));
  EXPECT_EQ(refusal({.schedule = every(24h)}), "");
  EXPECT_THAT(refusal({.schedule = every(24h + 1ns)}), names("interval must be 1 ms to 24 h"));
}

TEST(CheckOptionsTest, AreFasterWhileFailingAndNotSlower) {
  EXPECT_EQ(refusal({.schedule = every(5s, {.while_failing = 1ms})}), "");
  EXPECT_EQ(refusal({.schedule = every(5s, {.while_failing = 5s})}), "");
  EXPECT_THAT(refusal({.schedule = every(5s, {.while_failing = 5s + 1ns})}), names("while_failing"));
  EXPECT_THAT(refusal({.schedule = every(5s, {.while_failing = 0s})}), names("while_failing"));
}

TEST(CheckOptionsTest, HaveAFailureThresholdFromOneToAThousand) {
  EXPECT_EQ(refusal({.failure_threshold = 1000}), "");
  EXPECT_THAT(refusal({.failure_threshold = 0}), names("failure_threshold must be 1 to 1000, not 0"));
  EXPECT_THAT(refusal({.failure_threshold = 1001}), names("failure_threshold must be 1 to 1000, not 1001"));
}

TEST(CheckOptionsTest, HaveASuccessThresholdFromOneToAThousand) {
  EXPECT_EQ(refusal({.success_threshold = 1000}), "");
  EXPECT_THAT(refusal({.success_threshold = 0}), names("success_threshold must be 1 to 1000, not 0"));
  EXPECT_THAT(refusal({.success_threshold = 1001}), names("success_threshold must be 1 to 1000, not 1001"));
}

TEST(CheckOptionsTest, KeepTheLastKnownGoodUpToADay) {
  EXPECT_EQ(refusal({.last_known_good_for = 24h}), "");
  EXPECT_THAT(refusal({.last_known_good_for = 24h + 1ns}), names("last_known_good_for"));
  EXPECT_THAT(refusal({.last_known_good_for = -1ns}), names("last_known_good_for"));
}

TEST(CheckOptionsTest, HaveAStaleBoundOfAtMostSevenDays) {
  EXPECT_EQ(refusal({.stale_after = 24h * 7}), "");
  EXPECT_THAT(refusal({.stale_after = 24h * 7 + 1ns}), names("stale_after"));
}

TEST(CheckOptionsTest, HaveAStaleBoundThatExceedsTheMaximumAgeAlsoByDefault) {
  EXPECT_EQ(refusal({.schedule = on_demand(30s - 1ns)}), "");
  EXPECT_THAT(refusal({.schedule = on_demand(30s)}), names("stale_after must exceed 30 s"));
}

TEST(CheckOptionsTest, HaveAStaleBoundThatExceedsIntervalAndTimeoutTogether) {
  EXPECT_THAT(refusal({.timeout = 1s, .schedule = every(5s), .stale_after = 6s}), names("stale_after"));
  EXPECT_EQ(refusal({.timeout = 1s, .schedule = every(5s), .stale_after = 6s + 1ns}), "");
}

TEST(CheckOptionsTest, HaveAStaleBoundThatExceedsTheMaximumAge) {
  EXPECT_THAT(refusal({.schedule = on_demand(5s), .stale_after = 5s}), names("stale_after"));
  EXPECT_EQ(refusal({.schedule = on_demand(5s), .stale_after = 5s + 1ns}), "");
  EXPECT_THAT(refusal({.schedule = on_demand(0s), .stale_after = 0s}), names("stale_after"));
}

TEST(InstantCheckOptionsTest, AreCriticalAndLastKnownGoodForOnly) {
  HealthRegistry health;
  const Heartbeat beat{1s};
  const PushedCheck flag{CheckResult::pass()};

  EXPECT_EQ(refusal_of([&] {
              health.add_readiness_check("beat", beat, {.critical = false, .last_known_good_for = 1s});
              health.add_readiness_check("flag", flag, {.critical = false, .last_known_good_for = 1s});
            }),
            "");
}

TEST(InstantCheckOptionsTest, AreRefusedWhereTheyWouldSchedule) {
  const Heartbeat beat{1s};
  const PushedCheck flag{CheckResult::pass()};
  const CheckOptions refused[] = {{.timeout = 100ms},       {.schedule = every(1s)},  {.schedule = on_demand(2s)},
                                  {.failure_threshold = 2}, {.success_threshold = 2}, {.stale_after = 10s}};

  for (const auto& options : refused) {
    HealthRegistry health;
    EXPECT_THAT(refusal_of([&] { health.add_readiness_check("database", beat, options); }), names("Heartbeat"));
    EXPECT_THAT(refusal_of([&] { health.add_readiness_check("database", flag, options); }), names("PushedCheck"));
  }
}

TEST(InstantCheckOptionsTest, KeepTheLastKnownGoodUpToADay) {
  HealthRegistry health;

  EXPECT_THAT(
      refusal_of([&] { health.add_readiness_check("database", Heartbeat{1s}, {.last_known_good_for = 24h + 1ns}); }),
      names("last_known_good_for"));
}

TEST(HeartbeatOptionsTest, HaveALimitFromOneMillisecondToADay) {
  EXPECT_EQ(refusal_of([] { Heartbeat{1ms}; }), "");
  EXPECT_EQ(refusal_of([] { Heartbeat{24h}; }), "");
  EXPECT_THAT(refusal_of([] { Heartbeat{999us}; }), HasSubstr("Heartbeat: limit must be 1 ms to 24 h"));
  EXPECT_THAT(refusal_of([] { Heartbeat{24h + 1ns}; }), HasSubstr("Heartbeat: limit must be 1 ms to 24 h"));
}

TEST(PushedCheckOptionsTest, AreValidForOneMillisecondToADay) {
  const auto refusal_for = [](vitals::Duration valid_for) {
    return refusal_of([&] { PushedCheck{CheckResult::pass(), {.valid_for = valid_for}}; });
  };

  EXPECT_EQ(refusal_for(1ms), "");
  EXPECT_EQ(refusal_for(24h), "");
  EXPECT_THAT(refusal_for(999us), HasSubstr("valid_for must be 1 ms to 24 h"));
  EXPECT_THAT(refusal_for(24h + 1ns), HasSubstr("valid_for must be 1 ms to 24 h"));
}

TEST(RegistryOptionsTest, HaveAnAnswerBudgetFromTenMillisecondsToAMinute) {
  EXPECT_EQ(refusal(RegistryOptions{.answer_budget = 10ms}), "");
  EXPECT_EQ(refusal(RegistryOptions{.answer_budget = 60s}), "");
  EXPECT_THAT(refusal(RegistryOptions{.answer_budget = 10ms - 1ns}), HasSubstr("answer_budget must be 10 ms to 1 min"));
  EXPECT_THAT(refusal(RegistryOptions{.answer_budget = 60s + 1ns}), HasSubstr("answer_budget must be 10 ms to 1 min"));
}

TEST(RegistryOptionsTest, NameAServiceWithinTwoHundredAndFiftySixBytes) {
  const std::string longest(256, 'x');

  EXPECT_EQ(refusal(RegistryOptions{.service = {.name = longest, .version = longest}}), "");
  EXPECT_THAT(refusal(RegistryOptions{.service = {.name = longest + 'x'}}),
              HasSubstr("service.name must not be longer"));
  EXPECT_THAT(refusal(RegistryOptions{.service = {.version = longest + 'x'}}),
              HasSubstr("service.version must not be longer"));
}

TEST(RegistryOptionsTest, HaveAStartupDeadlineFromOneSecondToADay) {
  EXPECT_EQ(refusal(RegistryOptions{.startup_limit = 1s}), "");
  EXPECT_EQ(refusal(RegistryOptions{.startup_limit = 24h}), "");
  EXPECT_THAT(refusal(RegistryOptions{.startup_limit = 999ms}), HasSubstr("startup_limit must be 1 s to 24 h"));
  EXPECT_THAT(refusal(RegistryOptions{.startup_limit = 25h}), HasSubstr("startup_limit must be 1 s to 24 h"));
}

TEST(RegistryOptionsTest, HaveAShutdownLimitFromOneSecondToADay) {
  EXPECT_EQ(refusal(RegistryOptions{.shutdown_limit = 1s}), "");
  EXPECT_EQ(refusal(RegistryOptions{.shutdown_limit = 24h}), "");
  EXPECT_THAT(refusal(RegistryOptions{.shutdown_limit = 999ms}), HasSubstr("shutdown_limit must be 1 s to 24 h"));
  EXPECT_THAT(refusal(RegistryOptions{.shutdown_limit = 25h}), HasSubstr("shutdown_limit must be 1 s to 24 h"));
}

}  // namespace
