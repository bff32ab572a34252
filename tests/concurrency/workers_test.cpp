// Which runs get a worker while others hang.

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
#include "core/work/work_counts.hpp"
#include "support/probe.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;

TEST(WorkersTest, NeverQueuesALivenessCheckBehindOthers) {
  Counter alive;
  HealthRegistry health;
  Gate finish;
  Counter running;
  for (int i = 0; i < 40; ++i)  // more than may run at a time, each well within its timeout
    health.add_readiness_check("slow-" + std::to_string(i),
                               [&] {
                                 running.add();
                                 finish.wait();
                               },
                               {.timeout = 1h, .schedule = every(24h)});
  Runner runner{health};
  running.await(32);

  health.add_liveness_check("loop", [&] { alive.add(); }, {.schedule = every(1ms)});
  alive.await(3);

  EXPECT_EQ(running.value(), 32);
  finish.open();
}

TEST(WorkersTest, KeepsThreadsForLivenessChecksThoughHundredsOfOthersHang) {
  constexpr auto most = static_cast<int>(detail::RunCounts::max_others);
  Counter alive;
  Gate finish;
  Counter hung;
  HealthRegistry health;
  for (int i = 0; i < 2 * most; ++i)
    health.add_readiness_check("hung-" + std::to_string(i),
                               [&] {
                                 hung.add();
                                 finish.wait();
                               },
                               {.timeout = 1ms, .schedule = every(24h)});
  Runner runner{health};
  hung.await(most);

  health.add_liveness_check("loop", [&] { alive.add(); }, {.schedule = every(1ms)});
  alive.await(100);

  EXPECT_EQ(hung.value(), most);
  finish.open();
}

TEST(WorkersTest, RunsWhatIsDueThoughTheWorkerThatWaitedForItHangs) {
  Counter hanging;
  Counter others;
  Gate finish;
  HealthRegistry health;
  health.add_readiness_check("hung",
                             [&] {
                               if (hanging.add() == 5) finish.wait();
                             },
                             {.timeout = 1h, .schedule = every(1ms)});
  health.add_readiness_check("other", [&] { others.add(); }, {.schedule = every(5ms)});
  Runner runner{health};

  hanging.await(5);
  others.await(others.value() + 5);

  EXPECT_EQ(hanging.value(), 5);
  finish.open();
}

TEST(WorkersTest, StopsARunAtItsTimeoutWithoutAnotherActiveThread) {
  Counter runs;
  HealthRegistry health;
  health.add_readiness_check("slow",
                             [&](const CheckContext& context) {
                               if (runs.add() != 5) return;
                               Gate stopped;
                               const std::stop_callback on_stop{context.stop_token(), [&] { stopped.open(); }};
                               stopped.wait();
                             },
                             {.timeout = 20ms, .schedule = every(1ms), .stale_after = 1h});

  Runner runner{health};

  runs.await(6);
}

TEST(WorkersTest, WakesForAProbeTheWorkerThatWaitsForALaterRun) {
  Counter runs;
  HealthRegistry health{{.answer_budget = 5s}};
  health.add_readiness_check("database", [&] { runs.add(); },
                             {.schedule = on_demand(0s), .stale_after = 18s});  // the Runner repeats it after 9 s
  Runner runner{health};
  (void)probe(health);  // shares the first run

  for (int probes = 0; probes < 10; ++probes) {
    const int before = runs.value();
    (void)probe(health);
    ASSERT_GT(runs.value(), before);
  }
}

TEST(WorkersTest, CreatesAWorkerForAProbeWhenAllOthersHang) {
  HealthRegistry health;
  Gate finish;
  Counter stops;
  std::atomic<bool> up = true;
  health.add_readiness_check("database", [&] { return up.load(); }, {.schedule = on_demand(0s)});
  Runner runner{health};
  ASSERT_EQ(probe(health).status(), Status::pass);
  const auto hang = [&](const CheckContext& context) {  // takes the only worker, and one for the stop callback
    const std::stop_callback stop{context.stop_token(), [&] {
                                    stops.add();
                                    finish.wait();
                                  }};
    finish.wait();
  };
  health.add_readiness_check("hung", hang, {.timeout = 1ms, .schedule = every(24h), .critical = false});
  stops.await(1);

  up = false;

  EXPECT_EQ(probe(health).status(), Status::fail);
  finish.open();
}

TEST(WorkersTest, IsNotDelayedByChecksThatHangAndAreRemoved) {
  HealthRegistry health;
  Gate finish;
  Counter running;
  std::vector<CheckHandle> handles;
  for (int i = 0; i < 40; ++i)  // more than may run at a time
    handles.push_back(health.add_readiness_check("hung-" + std::to_string(i),
                                                 [&] {
                                                   running.add();
                                                   finish.wait();
                                                 },
                                                 {.timeout = 1h, .schedule = every(24h)}));
  Runner runner{health};
  running.await(32);

  for (const auto& handle : handles) handle.remove();
  const auto report = [&] {
    health.add_readiness_check("live", [] { return true; });
    return probe(health);
  }();

  EXPECT_EQ(report.status(), Status::pass);
  finish.open();
}

TEST(WorkersTest, IsNotDelayedByAStopCallbackThatHangs) {
  HealthRegistry health;
  Gate finish;
  Gate hanging;
  health.add_readiness_check("hung",
                             [&](const CheckContext& context) {
                               const std::stop_callback on_stop{context.stop_token(), [&] {
                                                                  hanging.open();
                                                                  finish.wait();
                                                                }};
                               finish.wait();
                             },
                             {.timeout = 1ms, .schedule = every(24h)});
  Counter runs;
  health.add_readiness_check("live", [&] { runs.add(); }, {.schedule = every(1ms)});
  Runner runner{health};

  hanging.wait();
  runs.await(runs.value() + 10);

  finish.open();
}

}  // namespace
}  // namespace vitals::test
