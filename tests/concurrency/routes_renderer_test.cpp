// Renderers of the application, and the Kubernetes dialect: what they wait for, and what waits for them.

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/kubernetes_text.hpp>
#include <vitals/registry.hpp>
#include <vitals/rendered.hpp>
#include <vitals/runner.hpp>

#include "concurrency/routes_fixture.hpp"
#include "support/eventually.hpp"
#include "support/responses.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::Endpoint;
using vitals::HealthRegistry;
using vitals::HealthView;
using vitals::Probe;
using vitals::Rendered;
using vitals::rendered;
using vitals::Runner;
using vitals::test::get;
using vitals_test::eventually;
using vitals_test::RouteCallsTest;

TEST_F(RouteCallsTest, OfARendererWaitForTheRunsThatItShows) {
  HealthRegistry health{{.answer_budget = 60s}};
  health.add_readiness_check("database", [gate = gate] { gate.wait(); }, {.timeout = 60s});
  const Runner runner{health};
  const Endpoint endpoint{health, {.routes = {rendered("/x", Probe::readiness, [](const HealthView& view) {
                                     return Rendered{.body = std::string{to_string(view.status())}};
                                   })}}};

  auto asked = ask(endpoint, "/x");
  gate.wait_until_entered();
  EXPECT_EQ(asked.reply.wait_for(0s), std::future_status::timeout);
  gate.open();

  EXPECT_EQ(asked.reply.get().value().body, "pass");
}

TEST_F(RouteCallsTest, OfTheKubernetesDialectDoNotWaitForExcludedChecks) {
  HealthRegistry health{{.answer_budget = 60s}};
  health.add_readiness_check("hangs", [gate = gate] { gate.wait(); }, {.timeout = 60s});
  health.add_readiness_check("works", [] {});
  const Runner runner{health};
  const Endpoint endpoint{health, {.routes = {vitals::kubernetes_text("/k8s", Probe::readiness)}}};
  gate.wait_until_entered();

  auto waiting = ask(endpoint, "/k8s");

  EXPECT_EQ(ask(endpoint, "/k8s?exclude=hangs").reply.get().value().body, "ok");
  EXPECT_EQ(waiting.reply.wait_for(0s), std::future_status::timeout);
  gate.open();
  EXPECT_EQ(waiting.reply.get().value().body, "ok");
}

TEST_F(RouteCallsTest, OfARendererThatHangsDelayNoCheck) {
  HealthRegistry health{{.answer_budget = 60s}};
  std::atomic<int> runs = 0;
  health.add_readiness_check("often", [&runs] { ++runs; }, {.schedule = vitals::every(1ms)});
  const Runner runner{health};
  const Endpoint endpoint{health, {.routes = {rendered("/x", [gate = gate](const HealthView&) {
                                     gate.wait();
                                     return Rendered{.body = "at last"};
                                   })}}};
  EXPECT_TRUE(eventually([&] { return runs > 10; }));

  auto asked = ask(endpoint, "/x");
  gate.wait_until_entered();
  const int before = runs;

  EXPECT_TRUE(eventually([&] { return runs > before + 10; }));
  EXPECT_EQ(get(endpoint, "/ready").status, 200);
  gate.open();
  EXPECT_EQ(asked.reply.get().value().body, "at last");
}

TEST_F(RouteCallsTest, OfARendererShowTheStateWhereARunTakesLonger) {
  HealthRegistry health{{.answer_budget = 100ms}};
  health.add_readiness_check("hangs", [gate = gate] { gate.wait(); }, {.timeout = 100ms, .critical = false});
  const Runner runner{health};
  const Endpoint endpoint{health, {.routes = {rendered("/x", Probe::readiness, [](const HealthView& view) {
                                     return Rendered{.body = view.report(Probe::readiness).checks().front().name};
                                   })}}};
  gate.wait_until_entered();

  EXPECT_TRUE(eventually([&] { return get(endpoint, "/x").body == "hangs"; }));
}

TEST_F(RouteCallsTest, OfARendererAreNotMadeForARequestThatTheEndOfTheRunnerHasAnswered) {
  HealthRegistry health{{.answer_budget = 60s}};
  health.add_readiness_check("hangs", [gate = gate] { gate.wait(); }, {.timeout = 60s});
  auto runner = std::make_unique<Runner>(health);
  std::atomic<int> calls = 0;
  const Endpoint endpoint{health, {.routes = {rendered("/x", Probe::readiness, [&calls](const HealthView&) {
                                     ++calls;
                                     return Rendered{};
                                   })}}};
  gate.wait_until_entered();
  auto asked = ask(endpoint, "/x");

  runner.reset();

  EXPECT_EQ(asked.reply.get().value().status, 503);
  gate.open();
  EXPECT_EQ(calls, 0);
}

TEST_F(RouteCallsTest, OfARendererThatHangsAre503) {
  HealthRegistry health{{.answer_budget = 10ms}};
  const Runner runner{health};
  const Endpoint endpoint{health, {.routes = {rendered("/x", [gate = gate](const HealthView&) {
                                     gate.wait();
                                     return Rendered{.body = "at last"};
                                   })}}};

  EXPECT_EQ(get(endpoint, "/x").status, 503);
  gate.open();
  EXPECT_TRUE(eventually([&] { return get(endpoint, "/x").body == "at last"; }));
}

}  // namespace
