// A Runner starts or throws, and stops, whichever allocation fails.

#include <atomic>
#include <new>
#include <optional>
#include <system_error>

#include <gtest/gtest.h>

#include <vitals/pushed_check.hpp>

#include "concurrency/allocation_failures_fixture.hpp"

namespace vitals_test {
namespace {

using vitals::CheckResult;
using vitals::Probe;
using vitals::Status;

class RunnerTest : public AllocationFailuresTest {};

INSTANTIATE_TEST_SUITE_P(AllocationFailures, RunnerTest, both, name_of);

TEST_P(RunnerTest, StartsOrThrows) {
  with_each_allocation_failing(GetParam(), [](FailingAllocation& failing) {
    std::atomic<int> runs = 0;
    const EventRecord events;
    vitals::HealthRegistry health;
    const auto subscription = health.on_change(events);
    health.add_readiness_check(
        long_name, [&] { ++runs; }, often());
    std::optional<vitals::Runner> runner;
    const auto start = [&] {
      try {
        runner.emplace(health, quiet);
      } catch (const std::system_error&) {  // no memory for the timer thread
        throw std::bad_alloc{};
      }
    };

    failing.begin();
    const bool started = failing.attempt(start);
    if (!started) start();
    EXPECT_TRUE(eventually([&] { return runs >= 2; }));
    EXPECT_TRUE(eventually([&] { return events.last(Probe::readiness) == Status::pass; }));
    failing.end();

    events.expect_chains();
  });
}

TEST_P(RunnerTest, StopsAndMayBeFollowedByAnother) {
  with_each_allocation_failing(GetParam(), [](FailingAllocation& failing) {
    std::atomic<int> runs = 0;
    const vitals::PushedCheck flag{CheckResult::pass()};
    const EventRecord events;
    vitals::HealthRegistry health;
    const auto subscription = health.on_change(events);
    health.add_readiness_check(
        long_name, [&] { ++runs; }, often());
    health.add_readiness_check(other_name, flag);
    std::optional<vitals::Runner> runner{std::in_place, health, quiet};
    EXPECT_TRUE(eventually([&] { return events.last(Probe::readiness) == Status::pass; }));

    failing.begin();
    flag.set(CheckResult::fail(reason));
    failing.attempt([&] { runner.reset(); });
    failing.end();

    const vitals::Runner next{health, quiet};
    const int before = runs;
    EXPECT_TRUE(eventually([&] { return runs >= before + 2; }));
    EXPECT_TRUE(eventually([&] { return events.last(Probe::readiness) == Status::fail; }));
    events.expect_chains();
  });
}

TEST_P(RunnerTest, EndsWithItsListenersAndItsRegistry) {
  with_each_allocation_failing(GetParam(), [](FailingAllocation& failing) {
    std::atomic<int> runs = 0;
    std::optional<vitals::HealthRegistry> health{std::in_place};
    std::optional<vitals::Subscription> subscription{health->on_change([](const vitals::HealthEvent&) {})};
    std::optional<vitals::Runner> runner{std::in_place, *health, quiet};
    std::optional<vitals::ScopedCheck> check{health->add_readiness_check(
        long_name, [&] { ++runs; }, often())};
    EXPECT_TRUE(eventually([&] { return runs >= 2; }));

    failing.begin();
    failing.attempt([&] {
      check.reset();
      subscription.reset();
      health.reset();
      runner.reset();
    });
    failing.end();
  });
}

}  // namespace
}  // namespace vitals_test
