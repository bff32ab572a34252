// Destruction in any order, while checks run, hang or complete late.

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "core/scheduler_lease.hpp"
#include "support/probe.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(EndsTest, ARunnerRequestsTheStopOfRunsAndWaitsForThem) {
  HealthRegistry health;
  std::atomic<bool> returned = false;
  Gate running;
  health.add_readiness_check("obedient",
                             [&](const CheckContext& context) {
                               Gate stopped;
                               const std::stop_callback on_stop{context.stop_token(), [&] { stopped.open(); }};
                               running.open();
                               stopped.wait();
                               returned = true;
                             },
                             {.timeout = 1h, .schedule = every(24h)});
  std::optional<Runner> runner{std::in_place, health};
  running.wait();

  runner.reset();

  EXPECT_TRUE(returned);
}

TEST(EndsTest, ARunnerAbandonsAndLogsACheckThatDoesNotStop) {
  HealthRegistry health;
  struct Shared {  // must outlive the abandoned check that uses it
    Gate running;
    Gate finish;
    Gate finished;
  };
  const auto shared = std::make_shared<Shared>();
  health.add_readiness_check("stubborn",
                             [shared] {
                               shared->running.open();
                               shared->finish.wait();
                               shared->finished.open();
                             },
                             {.timeout = 1h, .schedule = every(24h)});
  std::vector<std::string> lines;
  std::optional<Runner> runner{std::in_place, health,
                               RunnerOptions{.log = [&](std::string_view line) { lines.emplace_back(line); }}};
  shared->running.wait();

  runner.reset();

  EXPECT_THAT(lines, ElementsAre("vitals: check stubborn is still running and was abandoned"));
  EXPECT_EQ(health.report("stubborn").condition, Condition::not_checked_yet);
  shared->finish.open();
  shared->finished.wait();
}

TEST(EndsTest, ANewRunnerDoesNotRunACheckThatWasAbandonedBeforeItReturns) {
  HealthRegistry health;
  const auto finish = std::make_shared<Gate>();
  const auto runs = std::make_shared<Counter>();
  health.add_readiness_check("stubborn",
                             [=] {
                               if (runs->add() == 1) finish->wait();
                             },
                             {.timeout = 1ms, .schedule = every(1ms)});
  {
    Runner first{health, {.log = [](std::string_view) {}}};
    runs->await(1);
  }

  Counter others;
  Runner second{health};
  health.add_readiness_check("other", [&] { others.add(); }, {.schedule = every(1ms)});
  others.await(10);
  EXPECT_EQ(runs->value(), 1);
  finish->open();

  runs->await(3);
}

TEST(EndsTest, AScopedCheckWaitsForItsRun) {
  HealthRegistry health;
  Runner runner{health};
  Gate running;
  std::atomic<bool> returned = false;
  ScopedCheck scoped =
      health.add_readiness_check("busy",
                                 [&](const CheckContext& context) {
                                   Gate stopped;
                                   const std::stop_callback on_stop{context.stop_token(), [&] { stopped.open(); }};
                                   running.open();
                                   stopped.wait();
                                   returned = true;
                                 },
                                 {.timeout = 1h, .schedule = every(24h)});
  running.wait();

  scoped.reset();

  EXPECT_TRUE(returned);
}

TEST(EndsTest, AScopedCheckWaitsThoughTheCheckHasRemovedItself) {
  HealthRegistry health;
  Runner runner{health};
  Gate assigned;
  Gate removed;
  std::atomic<bool> returned = false;
  CheckHandle handle;
  handle =
      health.add_readiness_check("leaving",
                                 [&] {
                                   assigned.wait();
                                   handle.remove();
                                   removed.open();
                                   for (int i = 0; i < 1000; ++i)
                                     std::this_thread::yield();  // gives a reset() that doesn't wait time to return
                                   returned = true;
                                 },
                                 {.timeout = 1h, .schedule = every(24h)});
  ScopedCheck scoped = handle;
  assigned.open();
  removed.wait();

  scoped.reset();

  EXPECT_TRUE(returned);
}

TEST(EndsTest, ALogIsNotWrittenAfterItsLeaseHasEnded) {
  HealthRegistry health;
  Counter lines;
  detail::SchedulerLease lease{detail::state_of(health), [&](std::string_view) { lines.add(); }};
  lease.log("before");
  lines.await(1);

  lease.release();
  lease.log("after");

  EXPECT_EQ(lines.value(), 1);
}

TEST(EndsTest, ALogThatHangsDoesNotDelayAnEndThatLogs) {
  HealthRegistry health;
  struct Shared {
    Gate running;
    Gate logging;
    Gate finish;
  };
  const auto shared = std::make_shared<Shared>();
  health.add_readiness_check("stubborn",
                             [shared] {
                               shared->running.open();
                               shared->finish.wait();
                             },
                             {.timeout = 1h, .schedule = every(24h)});
  std::optional<detail::SchedulerLease> lease{std::in_place, detail::state_of(health), [shared](std::string_view) {
                                                shared->logging.open();
                                                shared->finish.wait();
                                              }};
  shared->running.wait();
  lease->log("trouble");
  shared->logging.wait();

  lease.reset();  // logs that the check was abandoned

  shared->finish.open();
}

TEST(EndsTest, TheCallableOfAListenerIsDestroyedWithItsSubscription) {
  for (int i = 0; i < 50; ++i) {
    HealthRegistry health;
    Runner runner{health};
    Gate called;
    auto token = std::make_shared<int>();
    const std::weak_ptr<int> held_by_listener = token;
    auto subscription = health.on_change([&called, token = std::move(token)](const HealthEvent&) { called.open(); });
    called.wait();

    subscription.reset();

    ASSERT_TRUE(held_by_listener.expired());
  }
}

TEST(EndsTest, TheEndOfTheRegistryIsNoEvent) {
  for (int i = 0; i < 50; ++i) {
    std::optional<HealthRegistry> health{std::in_place};
    Runner runner{*health};
    Counter presents;
    std::atomic<int> failures = 0;
    const auto subscription = health->on_change([&](const HealthEvent& event) {
      if (event.to == Status::fail) ++failures;
      presents.add();
    });
    presents.await(3);

    health.reset();

    ASSERT_EQ(failures, 0);
  }
}

TEST(EndsTest, ACompletionMayBeCalledAfterEverythingHasEnded) {
  std::optional<HealthRegistry> health{std::in_place};
  std::optional<Runner> runner{std::in_place, *health};
  std::vector<CheckCompletion> kept;
  Gate started;
  health->add_readiness_check("late",
                              [&](const CheckContext&, CheckCompletion done) {
                                kept.push_back(std::move(done));
                                started.open();
                              },
                              {.timeout = 1h, .schedule = every(24h)});
  started.wait();
  runner.reset();
  health.reset();

  kept.front()(CheckResult::pass());

  kept.clear();
}

TEST(EndsTest, HandlesOutliveTheRegistry) {
  std::optional<HealthRegistry> health{std::in_place};
  const auto handle = health->add_readiness_check("database", [] { return true; });
  ScopedCheck scoped = health->add_readiness_check("cache", [] { return true; });
  Subscription subscription = health->on_change([](const HealthEvent&) {});
  PushedCheck flag{CheckResult::pass()};
  health->add_readiness_check("flag", flag);
  auto beat = std::make_unique<Heartbeat>(5s);
  health->add_liveness_check("beat", *beat);

  health.reset();

  handle.remove();
  scoped.reset();
  subscription.reset();
  flag.set(CheckResult::fail());
  beat->beat();
  beat.reset();
}

TEST(EndsTest, TheRegistryMayEndBeforeItsRunner) {
  std::optional<HealthRegistry> health{std::in_place};
  Counter runs;
  auto token = std::make_shared<int>();
  const std::weak_ptr<int> held_by_check = token;
  health->add_readiness_check("database", [&runs, token = std::move(token)] { runs.add(); }, {.schedule = every(1ms)});
  Runner runner{*health};
  runs.await(3);

  health.reset();

  EXPECT_TRUE(held_by_check.expired());
}

TEST(EndsTest, ACheckMayEndTheRunnerThatRunsIt) {
  HealthRegistry health;
  Gate done;
  Gate assigned;
  std::unique_ptr<Runner> runner;
  health.add_readiness_check("last",
                             [&] {
                               assigned.wait();
                               runner.reset();
                               done.open();
                             },
                             {.timeout = 1h, .schedule = every(24h)});
  runner = std::make_unique<Runner>(health);
  assigned.open();

  done.wait();
}

}  // namespace
}  // namespace vitals::test
