// What a probe waits for, and what it doesn't.

#include "support/probe.hpp"

#include <barrier>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

namespace vitals::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// The longest timeout that is allowed: these tests are about not waiting.
const CheckOptions patient{.timeout = 60s, .schedule = every(24h)};

TEST(ProbeTest, GetsTheResultOfTheRunThatItStarted) {
  HealthRegistry health;
  Runner runner{health};
  health.add_readiness_check("database", [] { return CheckResult::pass("connected"); });

  const auto report = probe(health);

  EXPECT_EQ(report.status(), Status::pass);
  EXPECT_EQ(report.find("database")->message, "connected");
}

TEST(ProbeTest, SharesARunWithTheProbesThatArriveMeanwhile) {
  HealthRegistry health{{.answer_budget = 60s}};
  Counter runs;
  Gate finish;
  health.add_readiness_check("slow",
                             [&] {
                               runs.add();
                               finish.wait();
                             },
                             {.timeout = 60s, .schedule = on_demand(1h), .stale_after = 2h});
  Runner runner{health};
  runs.await(1);
  Counter answered;
  std::vector<std::jthread> probers;

  for (int i = 0; i < 16; ++i)
    probers.emplace_back([&] {
      EXPECT_EQ(probe(health).status(), Status::pass);
      answered.add();
    });
  finish.open();
  answered.await(16);

  EXPECT_EQ(runs.value(), 1);
}

TEST(ProbeTest, StartsTheRunsThatItNeedsTogether) {
  constexpr int checks = 20;
  HealthRegistry health{{.answer_budget = 60s}};
  std::barrier<> all_running{checks};  // opens only if all of them run at the same time
  for (int i = 0; i < checks; ++i)
    health.add_readiness_check("check-" + std::to_string(i), [&] { all_running.arrive_and_wait(); },
                               {.timeout = 60s, .schedule = on_demand(1h), .stale_after = 2h});
  Runner runner{health};

  EXPECT_EQ(probe(health).status(), Status::pass);
}

TEST(ProbeTest, IsAnsweredByTheBudgetWhenARunTakesLonger) {
  HealthRegistry health{{.answer_budget = 20ms}};
  Gate finish;
  Counter runs;
  health.add_readiness_check(
      "hung",
      [&] {
        runs.add();
        finish.wait();
      },
      patient);
  Runner runner{health};

  const auto report = probe(health);

  EXPECT_EQ(report.status(), Status::fail);
  EXPECT_EQ(report.find("hung")->condition, Condition::not_checked_yet);
  finish.open();
}

TEST(ProbeTest, DoesNotWaitForAnOverdueRun) {
  HealthRegistry health{{.answer_budget = 60s}};
  Gate finish;
  health.add_readiness_check("hung", [&] { finish.wait(); }, {.timeout = 5ms, .schedule = on_demand(0s)});
  Runner runner{health};
  probe(health);  // waits for the timeout, which is the run's result

  const auto report = probe(health);  // would take the whole budget if it waited

  EXPECT_EQ(report.find("hung")->condition, Condition::overdue);
  EXPECT_THAT(report.find("hung")->message, HasSubstr("timed out after 5 ms, still running"));
  finish.open();
}

TEST(ProbeTest, DoesNotWaitForARunInTheBackground) {
  HealthRegistry health{{.answer_budget = 60s}};
  Gate finish;
  Counter runs;
  health.add_readiness_check("periodic",
                             [&] {
                               if (runs.add() > 1) finish.wait();
                             },
                             {.timeout = 60s, .schedule = every(1ms)});
  Runner runner{health};
  runs.await(2);  // the first result has arrived, and the second run is in progress

  const auto report = probe(health);

  EXPECT_EQ(report.status(), Status::pass);
  EXPECT_EQ(report.find("periodic")->condition, Condition::running);
  finish.open();
}

TEST(ProbeTest, IsAnsweredAtOnceByTheShutdown) {
  HealthRegistry health{{.answer_budget = 60s}};
  Gate finish;
  Counter runs;
  health.add_readiness_check("hung",
                             [&] {
                               runs.add();
                               finish.wait();
                             },
                             {.timeout = 60s});
  Runner runner{health};
  runs.await(1);
  Counter answered;
  const std::jthread prober{[&] {
    EXPECT_EQ(probe(health).reason(), "SIGTERM");
    answered.add();
  }};

  health.begin_shutdown("SIGTERM");
  answered.await(1);

  finish.open();
}

TEST(ProbeTest, WithoutARunnerSaysSoAndDoesNotWait) {
  HealthRegistry health{{.answer_budget = 60s}};
  health.add_readiness_check("database", [] { return true; });

  const auto report = probe(health);

  EXPECT_EQ(report.status(), Status::fail);
  EXPECT_EQ(report.find("database")->message, "no runner");
}

}  // namespace
}  // namespace vitals::test
