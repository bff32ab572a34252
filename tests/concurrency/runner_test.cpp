// One run per check, in time or late, with and without probes.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "core/scheduler_lease.hpp"
#include "support/probe.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;

// Waits, by the registry's own events, until a check has a status.
void await_status(HealthRegistry& health, const std::string& check, Status status) {
  Gate reached;
  const auto subscription = health.on_change([&](const HealthEvent& event) {
    if (event.check == check && event.to == status) reached.open();
  });
  const auto report = health.report(Probe::readiness);
  if (const auto* found = report.find(check); found->condition != Condition::not_checked_yet && found->status == status)
    return;
  reached.wait();
}

TEST(RunnerTest, RepeatsAnOnDemandCheckWithoutTraffic) {
  HealthRegistry health;
  Counter runs;
  health.add_readiness_check("database", [&] { runs.add(); },
                             {.timeout = 500ms, .schedule = on_demand(1ms), .stale_after = 10ms});

  Runner runner{health};

  runs.await(5);
}

TEST(RunnerTest, RunsAPeriodicCheckAgainAndAgain) {
  HealthRegistry health;
  Counter runs;
  health.add_readiness_check("queue", [&] { runs.add(); }, {.schedule = every(2ms)});

  Runner runner{health};

  runs.await(5);
}

TEST(RunnerTest, RunsAPeriodicCheckFasterWhileItFails) {
  HealthRegistry health;
  Counter runs;
  health.add_readiness_check("queue", [&] { return runs.add() > 3; }, {.schedule = every(24h, {.while_failing = 1ms})});

  Runner runner{health};

  runs.await(4);  // would take three days otherwise
}

TEST(RunnerTest, RunsEveryCheckAsSoonAsItIsAdded) {
  HealthRegistry health;
  Counter runs;
  health.add_readiness_check("before", [&] { runs.add(); }, {.schedule = every(24h)});
  Runner runner{health};
  runs.await(1);

  health.add_readiness_check("after", [&] { runs.add(); }, {.schedule = every(24h)});

  runs.await(2);
}

TEST(RunnerTest, NeverRunsACheckConcurrentlyWithItself) {
  HealthRegistry health{{.answer_budget = 10ms}};
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  Counter runs;
  health.add_readiness_check("slow",
                             [&](const CheckContext& context) {
                               most = std::max(most.load(), ++running);
                               Gate stopped;  // the run lasts until its timeout
                               const std::stop_callback on_stop{context.stop_token(), [&] { stopped.open(); }};
                               stopped.wait();
                               --running;
                               runs.add();
                             },
                             {.timeout = 1ms, .schedule = on_demand(0s)});
  Runner runner{health};
  std::vector<std::jthread> probers;
  for (int i = 0; i < 8; ++i)
    probers.emplace_back([&] {
      while (runs.value() < 20) probe(health);
    });

  runs.await(20);

  EXPECT_EQ(most, 1);
}

TEST(RunnerTest, ReportsATimeoutDuringTheRunAndRequestsItsStop) {
  HealthRegistry health;
  Gate told_to_stop;
  Gate finish;
  health.add_readiness_check("hung",
                             [&](const CheckContext& context) {
                               const std::stop_callback on_stop{context.stop_token(), [&] { told_to_stop.open(); }};
                               finish.wait();
                             },
                             {.timeout = 5ms});
  Runner runner{health};

  told_to_stop.wait();
  const auto hung = health.report("hung");

  EXPECT_EQ(hung.status, Status::fail);
  EXPECT_EQ(hung.condition, Condition::overdue);
  EXPECT_EQ(hung.message, "timed out after 5 ms, still running");
  finish.open();
}

TEST(RunnerTest, DiscardsALateResultAndRecoversByItself) {
  HealthRegistry health;
  Gate finish;
  Counter runs;
  health.add_readiness_check("hung",
                             [&] {
                               const auto run = runs.add();
                               if (run == 1) finish.wait();
                               return CheckResult::pass("run " + std::to_string(run));
                             },
                             {.timeout = 20ms, .schedule = every(24h)});
  Runner runner{health};
  await_status(health, "hung", Status::fail);

  finish.open();
  await_status(health, "hung", Status::pass);

  EXPECT_EQ(health.report("hung").message, "run 2");
}

TEST(RunnerTest, KeepsOthersFreshWhileManyHang) {
  constexpr int hung_checks = 100;
  HealthRegistry health;
  Gate finish;
  Counter hanging;
  for (int i = 0; i < hung_checks; ++i)
    health.add_readiness_check("hung-" + std::to_string(i),
                               [&] {
                                 hanging.add();
                                 finish.wait();
                               },
                               {.timeout = 1ms, .schedule = every(24h)});
  Counter live;
  health.add_readiness_check("live", [&] { live.add(); }, {.schedule = every(1ms)});
  Runner runner{health};

  hanging.await(hung_checks);
  live.await(live.value() + 10);

  finish.open();
}

TEST(RunnerTest, RunsACheckAgainWhoseRunAFormerRunnerAbandoned) {
  HealthRegistry health{{.answer_budget = 60s}};
  Gate finish;
  Counter runs;
  health.add_readiness_check("database",
                             [&] {
                               if (runs.add() == 2) finish.wait();
                             },
                             {.timeout = 60s, .schedule = on_demand(0s), .stale_after = 2min});
  detail::SchedulerLease former{detail::state_of(health), vitals::LogFunction{}};
  ASSERT_EQ(probe(health).status(), Status::pass);
  std::jthread asking{[&] { probe(health); }};
  runs.await(2);
  former.release();

  Runner runner{health};
  const auto state = detail::state_of(health);
  EXPECT_EQ(detail::ask(*state, {.probes = detail::ProbeSet::of(Probe::readiness)}, [] {}).wait, nullptr)
      << "its result will be dropped";
  finish.open();

  runs.await(3);
}

TEST(RunnerTest, SharesOneSchedulerWithTheOtherRunnersOfTheRegistry) {
  HealthRegistry health;
  Counter runs;
  health.add_readiness_check("database", [&] { runs.add(); }, {.schedule = every(24h)});
  Runner first{health};
  runs.await(1);

  Runner second{health};
  probe(health);

  EXPECT_EQ(runs.value(), 1);
}

TEST(RunnerTest, TakesCompletionsFromOtherThreads) {
  HealthRegistry health;
  std::jthread other;
  health.add_readiness_check("cache", [&](const CheckContext&, CheckCompletion done) {
    other = std::jthread{[done] { done(CheckResult::pass("from elsewhere")); }};
  });
  Runner runner{health};

  const auto report = probe(health);

  EXPECT_EQ(report.find("cache")->message, "from elsewhere");
}

}  // namespace
}  // namespace vitals::test
