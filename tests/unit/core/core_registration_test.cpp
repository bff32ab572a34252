#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/heartbeat.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "core/state/probes.hpp"
#include "support/refusal.hpp"

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using vitals::CheckReport;
using vitals::CheckResult;
using vitals::HealthRegistry;
using vitals::Heartbeat;
using vitals::Probe;
using vitals::PushedCheck;
using vitals::Status;
using vitals::detail::state_of;
using vitals::test::ManualClock;
using vitals_test::refusal_of;

auto is_named(const char* name) { return Field(&CheckReport::name, name); }

TEST(RegistrationTest, RefusesAMalformedNameAndShowsItSafely) {
  HealthRegistry health;

  const auto refusal = refusal_of([&] { health.add_readiness_check("Data\nBase", [] {}); });

  EXPECT_THAT(refusal, AllOf(HasSubstr("check \"Data Base\""), HasSubstr("[a-z0-9._-]")));
}

TEST(RegistrationTest, RefusesAMalformedNameOfAnInstantCheckToo) {
  HealthRegistry health;

  EXPECT_THAT(refusal_of([&] { health.add_readiness_check("", Heartbeat{1s}); }), HasSubstr("[a-z0-9._-]"));
}

TEST(RegistrationTest, RefusesANameThatIsTaken) {
  HealthRegistry health;
  health.add_readiness_check("database", [] {});

  const auto refusal = refusal_of([&] { health.add_readiness_check("database", [] {}); });

  EXPECT_THAT(refusal, AllOf(HasSubstr("check \"database\""), HasSubstr("the name is taken")));
}

TEST(RegistrationTest, RefusesANameThatAnotherProbeHas) {
  HealthRegistry health;
  health.add_liveness_check("loop", [] {});

  EXPECT_THAT(refusal_of([&] { health.add_readiness_check("loop", Heartbeat{1s}); }), HasSubstr("the name is taken"));
  EXPECT_THAT(refusal_of([&] { health.add_startup_check("loop", [] {}); }), HasSubstr("the name is taken"));
}

TEST(RegistrationTest, RefusesAStartupCheckOnceStartupHasSucceeded) {
  HealthRegistry health;
  health.add_startup_check("first", PushedCheck{CheckResult::pass()});

  const auto refusal = refusal_of([&] { health.add_startup_check("second", [] {}); });

  EXPECT_THAT(refusal, AllOf(HasSubstr("check \"second\""), HasSubstr("startup has succeeded")));
}

TEST(RegistrationTest, StillTakesOtherChecksOnceStartupHasSucceeded) {
  HealthRegistry health;
  health.add_startup_check("first", PushedCheck{CheckResult::pass()});

  EXPECT_NO_THROW(health.add_readiness_check("second", [] {}));
  EXPECT_NO_THROW(health.add_liveness_check("third", [] {}));
}

TEST(RegistrationTest, RefusesAnEmptyListener) {
  HealthRegistry health;

  EXPECT_THROW(static_cast<void>(health.on_change({})), std::invalid_argument);
}

TEST(RegistrationTest, ReportsTheChecksOfAProbeInTheirOrder) {
  HealthRegistry health;
  health.add_readiness_check("zebra", [] {});
  health.add_liveness_check("loop", [] {});
  health.add_readiness_check("ant", [] {});

  const auto report = health.report(Probe::readiness);

  EXPECT_THAT(report.checks(), ElementsAre(is_named("zebra"), is_named("ant")));
}

TEST(RegistrationTest, FindsACheckByItsName) {
  HealthRegistry health;
  health.add_readiness_check("database", [] {});

  const auto report = health.report(Probe::readiness);

  ASSERT_NE(report.find("database"), nullptr);
  EXPECT_EQ(report.find("database")->name, "database");
  EXPECT_EQ(report.find("data"), nullptr);
}

TEST(RegistrationTest, ReportsACheckByItsName) {
  HealthRegistry health;
  health.add_readiness_check("database", [] {});
  health.add_liveness_check("loop", [] {});

  EXPECT_EQ(health.report("database").name, "database");
  EXPECT_EQ(health.report(std::string{"loop"}).probe, Probe::liveness);
}

TEST(RegistrationTest, NamesTheCheckThatThereIsNoReportOf) {
  const HealthRegistry health;

  EXPECT_THAT([&] { static_cast<void>(health.report("databse")); },
              testing::ThrowsMessage<std::out_of_range>("vitals: there is no check \"databse\""));
}

// The pointer would dangle: the report is a temporary.
template <class AnyReport>
constexpr bool finds_by_pointer = requires(AnyReport report) {
  static_cast<AnyReport&&>(report).find("database");
};
static_assert(finds_by_pointer<const vitals::Report&>);
static_assert(!finds_by_pointer<vitals::Report&&>);
static_assert(!finds_by_pointer<const vitals::Report&&>);

TEST(RegistrationTest, KnowsTheProbeOfEachCheck) {
  HealthRegistry health;
  health.add_liveness_check("loop", [] {});
  const auto state = state_of(health);

  const auto has = [&](Probe probe, std::string_view name) {
    return vitals::detail::snapshot(*state, vitals::detail::ProbeSet::of(probe), name).has_value();
  };

  EXPECT_TRUE(has(Probe::liveness, "loop"));
  EXPECT_FALSE(has(Probe::readiness, "loop"));
  EXPECT_FALSE(has(Probe::liveness, "other"));
}

TEST(StrongExceptionSafetyTest, LeavesNothingBehindARefusedCheck) {
  HealthRegistry health;
  health.add_readiness_check("taken", PushedCheck{CheckResult::pass()});
  const auto version = state_of(health)->version.load();

  EXPECT_ANY_THROW(health.add_readiness_check("Bad", [] {}));
  EXPECT_ANY_THROW(health.add_readiness_check("taken", [] {}));
  EXPECT_ANY_THROW(health.add_readiness_check("slow", [] {}, {.timeout = 10s}));
  EXPECT_ANY_THROW(health.add_readiness_check("beat", Heartbeat{1s}, {.timeout = 100ms}));

  EXPECT_EQ(state_of(health)->version.load(), version);
  EXPECT_THAT(health.report(Probe::readiness).checks(), ElementsAre(is_named("taken")));
  EXPECT_EQ(health.report(Probe::readiness).status(), Status::pass);
}

TEST(StrongExceptionSafetyTest, LeavesTheNameOfARefusedCheckFree) {
  HealthRegistry health;

  EXPECT_ANY_THROW(health.add_readiness_check("database", [] {}, {.timeout = 10s}));

  EXPECT_NO_THROW(health.add_readiness_check("database", [] {}));
}

TEST(StrongExceptionSafetyTest, DestroysARefusedCallableWithoutTheLock) {
  HealthRegistry health;
  health.add_readiness_check("database", [] {});
  const auto probe_at_the_end = std::shared_ptr<int>{new int{}, [&](const int* number) {
                                                       static_cast<void>(health.report(Probe::readiness));
                                                       delete number;
                                                     }};

  EXPECT_ANY_THROW(health.add_readiness_check("database", [kept = probe_at_the_end] { return kept != nullptr; }));
}

TEST(StrongExceptionSafetyTest, LeavesARefusedHeartbeatToOtherRegistries) {
  const ManualClock one;
  const ManualClock another;
  HealthRegistry first{{.clock = one}};
  HealthRegistry second{{.clock = another}};
  first.add_liveness_check("loop", [] {});
  const Heartbeat beat{1s};

  EXPECT_ANY_THROW(first.add_liveness_check("loop", beat));

  EXPECT_NO_THROW(second.add_liveness_check("loop", beat));
}

TEST(ClockTest, IsTheSameForAllRegistriesOfOneHeartbeat) {
  const ManualClock one;
  const ManualClock another;
  HealthRegistry first{{.clock = one}};
  HealthRegistry second{{.clock = one}};
  HealthRegistry third{{.clock = another}};
  const Heartbeat beat{1s};

  EXPECT_EQ(refusal_of([&] {
              first.add_liveness_check("loop", beat);
              second.add_liveness_check("loop", beat);
            }),
            "");
  EXPECT_THAT(refusal_of([&] { third.add_liveness_check("loop", beat); }),
              AllOf(HasSubstr("check \"loop\""), HasSubstr("one clock")));
  EXPECT_THAT(third.report(Probe::liveness).checks(), IsEmpty());
}

TEST(ClockTest, IsTheSameForAllRegistriesOfOneFlag) {
  const ManualClock one;
  const ManualClock another;
  HealthRegistry first{{.clock = one}};
  HealthRegistry second{{.clock = another}};
  const PushedCheck flag{CheckResult::pass()};
  first.add_readiness_check("feed", flag);

  EXPECT_THAT(refusal_of([&] { second.add_readiness_check("feed", flag); }),
              AllOf(HasSubstr("check \"feed\""), HasSubstr("PushedCheck")));
}

}  // namespace
