// Whichever allocation fails, listeners finally get the present state, in a chain of events without a gap.

#include <atomic>
#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/heartbeat.hpp>
#include <vitals/heartbeat_group.hpp>
#include <vitals/pushed_check.hpp>

#include "concurrency/allocation_failures_fixture.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using vitals::CheckResult;
using vitals::Probe;
using vitals::Status;
using vitals::test::IsFail;
using vitals::test::IsPass;

/// A registry with a Runner and a listener.
class Told {
 public:
  [[nodiscard]] vitals::HealthRegistry& health() { return health_; }
  [[nodiscard]] const EventRecord& events() const { return events_; }
  /// Waits until the last event of the check, or of the probe, has this status; false if it doesn't come.
  [[nodiscard]] bool comes_to_be(Status status, Probe probe, std::string_view check = {}) const {
    return eventually([&] { return events_.last(probe, check) == status; });
  }

 private:
  const EventRecord events_ = {};
  vitals::HealthRegistry health_;
  const vitals::Subscription subscription_ = health_.on_change(events_);
  const vitals::Runner runner_{health_, quiet};
};

class TransitionTest : public AllocationFailuresTest {};

INSTANTIATE_TEST_SUITE_P(AllocationFailures, TransitionTest, both, name_of);

TEST_P(TransitionTest, OfAFlagIsReported) {
  with_each_allocation_failing(GetParam(), [](FailingAllocation& failing) {
    Told told;
    const vitals::PushedCheck flag{CheckResult::pass()};
    told.health().add_readiness_check(long_name, flag);
    EXPECT_TRUE(told.comes_to_be(Status::pass, Probe::readiness));
    auto result = CheckResult::fail(reason);

    failing.begin();
    const bool set = failing.attempt([&] { flag.set(std::move(result)); });
    if (set) {
      EXPECT_EQ(flag.get(), CheckResult::fail(reason));
    }
    if (flag.get().status() == Status::pass) flag.set(CheckResult::fail(reason));
    EXPECT_TRUE(told.comes_to_be(Status::fail, Probe::readiness, long_name));
    EXPECT_TRUE(told.comes_to_be(Status::fail, Probe::readiness));
    failing.end();

    EXPECT_THAT(told.health().report(long_name), IsFail(reason));
    flag.set(CheckResult::pass());
    EXPECT_TRUE(told.comes_to_be(Status::pass, Probe::readiness));
    told.events().expect_chains();
  });
}

TEST_P(TransitionTest, OfTheStartupIsReported) {
  with_each_allocation_failing(GetParam(), [](FailingAllocation& failing) {
    Told told;
    const vitals::PushedCheck started{CheckResult::fail("migrating")};
    told.health().add_startup_check(long_name, started);
    told.health().add_liveness_check(other_name, vitals::PushedCheck{CheckResult::fail(reason)});
    told.health().add_readiness_check("ready", vitals::PushedCheck{CheckResult::pass()});
    EXPECT_TRUE(told.comes_to_be(Status::fail, Probe::startup));
    EXPECT_TRUE(told.comes_to_be(Status::pass, Probe::liveness));

    failing.begin();
    failing.attempt([&] { started.set(CheckResult::pass()); });
    if (started.get().status() == Status::fail) started.set(CheckResult::pass());
    EXPECT_TRUE(told.comes_to_be(Status::pass, Probe::startup));
    EXPECT_TRUE(told.comes_to_be(Status::pass, Probe::readiness));
    EXPECT_TRUE(told.comes_to_be(Status::fail, Probe::liveness));
    failing.end();

    started.set(CheckResult::fail(reason));  // startup is over, so this has no effect
    EXPECT_EQ(told.health().report(Probe::startup).status(), Status::pass);
    EXPECT_EQ(told.health().report(Probe::readiness).status(), Status::pass);
    told.events().expect_chains();
  });
}

TEST_P(TransitionTest, ToShuttingDownIsCompleteOrNotMade) {
  with_each_allocation_failing(GetParam(), [](FailingAllocation& failing) {
    Told told;
    auto& health = told.health();
    std::atomic<int> runs = 0;
    health.add_readiness_check(
        long_name, [&] { ++runs; }, often());
    // The event of the check comes first: before it was added, readiness passed.
    EXPECT_TRUE(told.comes_to_be(Status::pass, Probe::readiness, long_name));
    EXPECT_TRUE(told.comes_to_be(Status::pass, Probe::readiness));

    failing.begin();
    const bool begun = failing.attempt([&] { health.begin_shutdown(reason); });
    if (!begun) {
      EXPECT_TRUE(told.comes_to_be(Status::pass, Probe::readiness));
      EXPECT_EQ(health.report(Probe::readiness).reason(), "");
      const int before = runs;
      EXPECT_TRUE(eventually([&] { return runs >= before + 2; }));
      EXPECT_FALSE(told.events().mentions(reason));
      health.begin_shutdown(reason);
    }
    EXPECT_TRUE(told.comes_to_be(Status::fail, Probe::readiness));
    failing.end();

    EXPECT_EQ(health.report(Probe::readiness).reason(), reason);
    EXPECT_EQ(health.report(Probe::liveness).status(), Status::pass);
    EXPECT_TRUE(told.events().mentions(reason));
    told.events().expect_chains();
  });
}

TEST(TransitionsInThreadsTest, OfACheckAreReported) {
  with_each_allocation_failing(Allocating::others, [](FailingAllocation& failing) {
    std::atomic<bool> good = true;
    Told told;
    const auto check = [&] { return good ? CheckResult::pass() : CheckResult::fail(reason); };
    told.health().add_readiness_check(long_name, check, often());
    EXPECT_TRUE(told.comes_to_be(Status::pass, Probe::readiness, long_name));
    EXPECT_TRUE(told.comes_to_be(Status::pass, Probe::readiness));

    failing.begin();
    good = false;
    EXPECT_TRUE(told.comes_to_be(Status::fail, Probe::readiness, long_name));
    EXPECT_TRUE(told.comes_to_be(Status::fail, Probe::readiness));
    good = true;
    EXPECT_TRUE(told.comes_to_be(Status::pass, Probe::readiness, long_name));
    EXPECT_TRUE(told.comes_to_be(Status::pass, Probe::readiness));
    failing.end();

    told.events().expect_chains();
  });
}

TEST(TransitionsInTimeTest, OfAFlagThatGrowsStaleIsReported) {
  with_each_allocation_failing(Allocating::others, [](FailingAllocation& failing) {
    Told told;
    const vitals::PushedCheck flag{CheckResult::pass(), {.valid_for = 1ms}};

    failing.begin();
    told.health().add_readiness_check(long_name, flag);
    EXPECT_TRUE(told.comes_to_be(Status::fail, Probe::readiness, long_name));
    failing.end();

    EXPECT_THAT(told.health().report(long_name), IsFail(HasSubstr("stale")));
    told.events().expect_chains();
  });
}

TEST(TransitionsInTimeTest, OfTheEndOfTheLastKnownGoodAreReported) {
  with_each_allocation_failing(Allocating::others, [](FailingAllocation& failing) {
    std::atomic<int> runs = 0;
    Told told;
    vitals::CheckOptions options = often();
    options.last_known_good_for = 20ms;
    const auto check = [&] { return ++runs == 1 ? CheckResult::pass() : CheckResult::fail(reason); };

    failing.begin();
    told.health().add_readiness_check(long_name, check, options);
    EXPECT_TRUE(eventually([&] { return runs > 1; }));
    EXPECT_TRUE(told.comes_to_be(Status::fail, Probe::readiness, long_name));
    failing.end();

    EXPECT_THAT(told.health().report(long_name),
                testing::AnyOf(IsFail(reason), IsFail("out of memory"), IsFail("std::bad_alloc")));
    told.events().expect_chains();
  });
}

TEST(TransitionsInTimeTest, OfAHeartbeatThatFallsSilentAndRecoversAreReported) {
  with_each_allocation_failing(Allocating::others, [](FailingAllocation& failing) {
    Told told;
    const vitals::Heartbeat beat{1ms};

    failing.begin();
    told.health().add_liveness_check(long_name, beat);
    EXPECT_TRUE(told.comes_to_be(Status::fail, Probe::liveness, long_name));
    EXPECT_TRUE(told.comes_to_be(Status::fail, Probe::liveness));
    const auto idle = beat.idle();
    EXPECT_TRUE(told.comes_to_be(Status::pass, Probe::liveness, long_name));
    failing.end();

    EXPECT_THAT(told.health().report(long_name), IsPass());
    told.events().expect_chains();
  });
}

TEST(TransitionsInTimeTest, OfAGroupThatFallsSilentIsReported) {
  with_each_allocation_failing(Allocating::others, [](FailingAllocation& failing) {
    Told told;
    const vitals::HeartbeatGroup workers{1ms};
    const auto first = workers.add(long_name);
    const auto second = workers.add(other_name);

    failing.begin();
    told.health().add_liveness_check("workers", workers);
    EXPECT_TRUE(told.comes_to_be(Status::fail, Probe::liveness, "workers"));
    failing.end();

    EXPECT_TRUE(comes_to_be(told.health(), Probe::liveness, "workers",
                            AllOf(IsFail(HasSubstr(long_name)), IsFail(HasSubstr(other_name)))));
    told.events().expect_chains();
  });
}

}  // namespace
}  // namespace vitals_test
