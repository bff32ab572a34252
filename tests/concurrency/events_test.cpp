// Events come without probes, and a listener can harm nothing but other listeners.

#include <chrono>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "support/probe.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;

TEST(EventsTest, AreSentWithoutAnyProbe) {
  HealthRegistry health;
  std::atomic<bool> good = true;
  health.add_readiness_check("database", [&] { return good.load(); }, {.schedule = every(1ms)});
  Gate passed;
  Gate failed;
  const auto subscription = health.on_change([&](const HealthEvent& event) {
    if (event.check != "database") return;
    (event.to == Status::pass ? passed : failed).open();
  });
  Runner runner{health};
  passed.wait();

  good = false;

  failed.wait();
}

TEST(EventsTest, ReportAHeartbeatThatFallsSilentAndRecovers) {
  HealthRegistry health;
  Heartbeat beat{1ms};
  Gate silent;
  Gate back;
  const auto subscription = health.on_change([&](const HealthEvent& event) {
    if (event.check != "loop") return;
    if (event.to == Status::fail) silent.open();
    if (event.from == Status::fail && event.to == Status::pass) back.open();
  });
  health.add_liveness_check("loop", beat);  // after the listener, which gets no earlier transitions
  Runner runner{health};
  silent.wait();

  std::jthread beating{[&](const std::stop_token& stop) {
    while (!stop.stop_requested()) beat.beat();
  }};

  back.wait();
}

TEST(EventsTest, AListenerThatHangsDelaysNoCheckAndNoProbe) {
  HealthRegistry health;
  Gate hanging;
  Gate finish;
  const auto subscription = health.on_change([&](const HealthEvent&) {
    hanging.open();
    finish.wait();
  });
  Counter runs;
  health.add_readiness_check("live", [&] { return runs.add() % 2 == 0; }, {.schedule = every(1ms)});
  Runner runner{health};
  hanging.wait();

  runs.await(20);
  const auto report = probe(health);

  EXPECT_NE(report.find("live"), nullptr);
  finish.open();
}

TEST(EventsTest, ASubscriptionThatEndsWaitsForItsListener) {
  HealthRegistry health;
  Runner runner{health};
  Gate in_listener;
  std::atomic<bool> finished = false;
  auto subscription = health.on_change([&](const HealthEvent&) {
    in_listener.open();
    std::this_thread::yield();
    finished = true;
  });
  in_listener.wait();

  subscription.reset();

  EXPECT_TRUE(finished);
}

TEST(EventsTest, AreDeliveredByNoThreadThatRunsChecks) {
  HealthRegistry health;
  std::atomic<std::thread::id> checker;
  health.add_readiness_check("database", [&] { checker = std::this_thread::get_id(); }, {.schedule = every(24h)});
  Gate told;
  std::atomic<std::thread::id> teller;
  const auto subscription = health.on_change([&](const HealthEvent& event) {
    if (event.check.empty()) return;
    teller = std::this_thread::get_id();
    told.open();
  });

  Runner runner{health};
  told.wait();

  EXPECT_NE(teller.load(), checker.load());
  EXPECT_NE(teller.load(), std::this_thread::get_id());
}

}  // namespace
}  // namespace vitals::test
