// Completions of asynchronous checks: called from any thread, more than once, and after everything has been destroyed.

#include <barrier>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "support/probe.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;

constexpr int racers = 100;

const CheckOptions once{.timeout = 1h, .schedule = every(24h)};

/// Starts threads that wait for each other and then call `race` with their number.
template <class Race>
std::vector<std::jthread> race_of(const Race& race) {
  const auto line = std::make_shared<std::barrier<>>(racers);
  std::vector<std::jthread> threads;
  for (int number = 0; number < racers; ++number)
    threads.emplace_back([line, race, number] {
      line->arrive_and_wait();
      race(number);
    });
  return threads;
}

/// An asynchronous check whose completion the test takes.
class Handed {
 public:
  auto check() {
    return [this](const CheckContext&, CheckCompletion done) {
      done_ = std::move(done);
      started_.open();
    };
  }
  CheckCompletion take() {
    started_.wait();
    return *std::exchange(done_, std::nullopt);
  }

 private:
  Gate started_;
  std::optional<CheckCompletion> done_;
};

TEST(CompletionRaceTest, OneOfManyThreadsThatCompleteARunCounts) {
  HealthRegistry health;
  Handed handed;
  health.add_readiness_check("cache", handed.check(), once);
  const Runner runner{health};
  const auto done = handed.take();

  race_of([done](int number) {
    done(number % 2 == 0 ? CheckResult::pass(std::to_string(number)) : CheckResult::fail(std::to_string(number)));
  }).clear();

  const auto cache = health.report("cache");
  EXPECT_EQ(cache.runs, 1U);
  EXPECT_EQ(cache.successes_in_a_row + cache.failures, 1U);
  EXPECT_EQ(cache.status == Status::pass ? 0 : 1, std::stoi(cache.message) % 2);
}

TEST(CompletionRaceTest, TheLastOfManyThreadsThatDropACompletionFailsTheRun) {
  HealthRegistry health;
  Handed handed;
  health.add_readiness_check("cache", handed.check(), once);
  const Runner runner{health};
  auto threads = race_of([done = handed.take()](int) { [[maybe_unused]] const auto copy = done; });

  threads.clear();

  const auto cache = health.report("cache");
  EXPECT_EQ(cache.status, Status::fail);
  EXPECT_EQ(cache.failures, 1U);
}

TEST(CompletionRaceTest, ACompletionThatRacesWithItsTimeoutLosesNoRun) {
  HealthRegistry health;
  std::mutex mutex;
  std::vector<std::jthread> others;
  Counter runs;
  health.add_readiness_check("cache",
                             [&](const CheckContext& context, CheckCompletion done) {
                               const std::lock_guard lock{mutex};
                               others.emplace_back([until = context.deadline(), done = std::move(done)] {
                                 std::this_thread::sleep_until(until);
                                 done(CheckResult::pass());
                               });
                               runs.add();
                             },
                             {.timeout = 1ms, .schedule = every(1ms)});
  {
    const Runner runner{health};

    runs.await(50);
  }

  EXPECT_EQ(health.report("cache").runs, static_cast<std::uint64_t>(runs.value()));
}

TEST(CompletionRaceTest, CompletionsMayRaceWithTheEndOfEverything) {
  for (int round = 0; round < 10; ++round) {
    std::optional<HealthRegistry> health{std::in_place};
    std::optional<Runner> runner{std::in_place, *health};
    Handed handed;
    health->add_readiness_check("cache", handed.check(), once);
    auto threads = race_of([done = handed.take()](int) { done(CheckResult::pass()); });

    if (round % 2 == 0) runner.reset();
    health.reset();

    threads.clear();
  }
}

}  // namespace
}  // namespace vitals::test
