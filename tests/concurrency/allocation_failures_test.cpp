// After a failed allocation in a thread of the library, checks keep running, with right results. This program also
// holds the other tests of failed allocations, because it replaces operator new.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "concurrency/allocation_failures_fixture.hpp"
#include "support/has_check.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Field;
using testing::HasSubstr;
using vitals::CheckCompletion;
using vitals::CheckContext;
using vitals::CheckResult;
using vitals::Probe;
using vitals::Status;
using vitals::test::HasDatum;
using vitals::test::IsFail;
using vitals::test::IsPass;

/// Waits inside a check until the run's stop is requested.
class StopWait {
 public:
  void operator()(std::stop_token stop) {
    std::unique_lock lock{mutex_};
    requested_.wait(lock, std::move(stop), [] { return false; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any requested_;
};

/// A thread that completes runs. It belongs to the application, but allocations in its calls count as the library's.
class Completer {
 public:
  void take(CheckCompletion done) {
    const TestCode test_code;
    const std::lock_guard lock{mutex_};
    handed_in_.push_back(std::move(done));
    came_.notify_one();
  }

 private:
  void run(const std::stop_token& stop) {
    for (std::vector<CheckCompletion> taken;; taken.clear()) {
      {
        std::unique_lock lock{mutex_};
        came_.wait(lock, stop, [&] { return !handed_in_.empty(); });
        if (stop.stop_requested()) return;
        taken.swap(handed_in_);
      }
      for (const auto& done : taken) done(passed());
    }
  }
  static CheckResult passed() {
    const TestCode test_code;
    return CheckResult::pass(reason);
  }

  std::mutex mutex_;
  std::condition_variable_any came_;
  std::vector<CheckCompletion> handed_in_;
  std::jthread thread_{[this](const std::stop_token& stop) { run(stop); }};
};

/// @param check  Called for each run.
/// @param right  Matches the final report.
template <class Check, class Matcher>
void expect_runs_to_go_on(Check check, const vitals::CheckOptions& options, const Matcher& right) {
  with_each_allocation_failing(Allocating::others, [&](FailingAllocation& failing) {
    std::atomic<int> runs = 0;
    auto counted = [&runs, check]<class... Parts>(const CheckContext& context, Parts... parts) mutable {
      ++runs;
      return check(context, std::move(parts)...);
    };
    const EventRecord events;
    vitals::HealthRegistry health;
    const auto subscription = health.on_change(events);
    const vitals::Runner runner{health, quiet};

    failing.begin();
    if constexpr (vitals::AsyncCheck<Check>)
      health.add_readiness_check(
          long_name,
          [counted](const CheckContext& context, CheckCompletion done) mutable { counted(context, std::move(done)); },
          options);
    else
      health.add_readiness_check(
          long_name, [counted](const CheckContext& context) mutable { return counted(context); }, options);
    EXPECT_TRUE(eventually([&] { return runs >= 3; }));
    failing.end();

    const int before = runs;
    EXPECT_TRUE(eventually([&] { return runs >= before + 2; }));
    EXPECT_TRUE(comes_to_be(health, Probe::readiness, long_name, right));
    const auto expected = health.report(Probe::readiness).status();
    EXPECT_TRUE(eventually([&] { return events.last(Probe::readiness, long_name) == expected; }));
    events.expect_chains();
  });
}

TEST(RunsTest, OfACheckThatPassesContinue) {
  expect_runs_to_go_on([](const CheckContext&) { return true; }, often(), IsPass());
}

TEST(RunsTest, OfACheckThatThrowsContinue) {
  const auto check = [](const CheckContext&) -> bool { throw std::runtime_error{reason}; };
  expect_runs_to_go_on(check, often(), IsFail(reason));
}

TEST(RunsTest, OfACheckThatFailsWithALongReasonContinue) {
  const auto check = [](const CheckContext&) {
    return CheckResult::fail(reason).with("depth", 12).with("a_key_that_is_too_long_for_a_string_alone", reason);
  };
  expect_runs_to_go_on(check, often(), AllOf(IsFail(reason), HasDatum("depth", 12)));
}

TEST(RunsTest, OfACheckThatTimesOutContinue) {
  StopWait wait;
  const auto check = [&wait](const CheckContext& context) { wait(context.stop_token()); };
  expect_runs_to_go_on(check, {.timeout = 2ms, .schedule = vitals::every(4ms)}, IsFail(HasSubstr("timed out")));
}

TEST(RunsTest, CompletedInTheCallContinue) {
  const auto check = [](const CheckContext&, CheckCompletion done) { done(CheckResult::pass(reason)); };
  expect_runs_to_go_on(check, often(), IsPass(reason));
}

TEST(RunsTest, CompletedByAnotherThreadContinue) {
  Completer completer;
  const auto check = [&completer](const CheckContext&, CheckCompletion done) { completer.take(std::move(done)); };
  expect_runs_to_go_on(check, often(), IsPass(reason));
}

TEST(RunsTest, NeverCompletedContinue) {
  const auto check = [](const CheckContext&, const CheckCompletion&) {};
  expect_runs_to_go_on(check, often(), IsFail("the completion was dropped"));
}

TEST(RunsTest, CompletedOnTheTestsThreadAreNotLost) {
  with_each_allocation_failing(Allocating::test, [](FailingAllocation& failing) {
    std::mutex mutex;
    std::vector<CheckCompletion> runs;
    vitals::HealthRegistry health;
    const vitals::Runner runner{health, quiet};
    health.add_readiness_check(long_name,
                               [&](const CheckContext&, CheckCompletion done) {
                                 const TestCode test_code;
                                 const std::lock_guard lock{mutex};
                                 runs.push_back(std::move(done));
                               },
                               {.timeout = 1min, .schedule = vitals::every(2ms)});
    const auto next_run = [&] {
      EXPECT_TRUE(eventually([&] {
        const std::lock_guard lock{mutex};
        return !runs.empty();
      }));
      const std::lock_guard lock{mutex};
      return std::exchange(runs, {}).at(0);
    };
    auto done = next_run();
    auto result = CheckResult::fail(reason).with("depth", 12);

    failing.begin();
    failing.attempt([&] { done(std::move(result)); });
    failing.end();

    EXPECT_TRUE(comes_to_be(health, Probe::readiness, long_name, Field(&vitals::CheckReport::failures, 1)));
    EXPECT_THAT(health.report(long_name), IsFail());
    next_run()(CheckResult::pass(reason));
    EXPECT_TRUE(comes_to_be(health, Probe::readiness, long_name, IsPass(reason)));
  });
}

TEST(RunsTest, MadeByRunDueAreNotLost) {
  with_each_allocation_failing(Allocating::test, [](FailingAllocation& failing) {
    const vitals::test::ManualClock clock;
    bool good = true;
    const EventRecord events;
    vitals::HealthRegistry health{{.clock = clock}};
    const auto subscription = health.on_change(events);
    health.add_readiness_check(long_name, [&] { return good ? CheckResult::pass() : CheckResult::fail(reason); },
                               {.schedule = vitals::every(1s)});
    health.run_due();
    good = false;
    auto the_clock = clock;
    the_clock.advance(1100ms);

    failing.begin();
    failing.attempt([&] { health.run_due(); });
    failing.end();

    const auto told = [&] {
      the_clock.advance(1100ms);
      health.run_due();
      return events.last(Probe::readiness, long_name) == Status::fail;
    };
    EXPECT_TRUE(eventually(told));
    EXPECT_THAT(health.report(long_name), IsFail(reason));
    events.expect_chains();
  });
}

// A run that finds no memory is tried again after 100 ms, not in a busy loop.
TEST(RunsTest, AreTriedTenTimesASecondWhileThereIsNoMemory) {
  std::atomic<int> runs = 0;
  vitals::HealthRegistry health;
  const vitals::Runner runner{health, quiet};
  health.add_readiness_check(long_name, [&] { ++runs; }, {.schedule = vitals::every(1ms)});
  EXPECT_TRUE(eventually([&] { return runs > 1; }));
  const auto begun = std::chrono::steady_clock::now();
  FailingAllocation failing{Allocating::others, 1};

  failing.begin_lasting();
  const int before = runs;
  EXPECT_TRUE(eventually([&] { return failing.refused() >= 4; }));
  const auto tenths = (std::chrono::steady_clock::now() - begun) / 100ms;
  failing.end();

  // One for the run in progress, and one for the run that was already allocated: neither could allocate its successor.
  EXPECT_LE(runs - before, 2);
  EXPECT_LE(failing.refused(), tenths + 3);
  const int after = runs;
  EXPECT_TRUE(eventually([&] { return runs > after; }));
}

TEST(RunsTest, AreStoppedWhenTheirCheckIsRemoved) {
  for (const auto whose : {Allocating::test, Allocating::others}) {
    with_each_allocation_failing(whose, [](FailingAllocation& failing) {
      StopWait wait;
      std::atomic<int> begun = 0;
      std::atomic<int> stopped = 0;
      vitals::HealthRegistry health;
      const vitals::Runner runner{health, quiet};
      const auto add = [&] {
        return health.add_readiness_check(long_name,
                                          [&](const CheckContext& context) {
                                            ++begun;
                                            wait(context.stop_token());
                                            ++stopped;
                                          },
                                          {.timeout = 1min, .schedule = vitals::every(1h)});
      };
      const auto handle = add();
      EXPECT_TRUE(eventually([&] { return begun == 1; }));

      failing.begin();
      failing.attempt([&] { handle.remove(); });
      EXPECT_TRUE(eventually([&] { return stopped == 1; }));
      failing.end();

      EXPECT_FALSE(vitals_test::has_check(health, Probe::readiness, long_name));
      const vitals::ScopedCheck again = add();
      EXPECT_TRUE(eventually([&] { return begun == 2; }));
    });
  }
}

}  // namespace
}  // namespace vitals_test
