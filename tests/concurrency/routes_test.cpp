// Handlers and renderers of the application: on which thread, how many at a time, and for how long somebody waits.

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/kubernetes_text.hpp>
#include <vitals/registry.hpp>
#include <vitals/rendered.hpp>
#include <vitals/runner.hpp>

#include "support/eventually.hpp"
#include "support/gate.hpp"
#include "support/responses.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::Endpoint;
using vitals::HealthRegistry;
using vitals::HealthView;
using vitals::HttpResponse;
using vitals::PendingResponse;
using vitals::Probe;
using vitals::Rendered;
using vitals::rendered;
using vitals::Runner;
using vitals::test::get;
using vitals_test::eventually;
using vitals_test::Gate;

using Reply = std::optional<HttpResponse>;

/// What a request without waiting comes to.
struct Asked {
  std::shared_ptr<std::promise<Reply>> promise = std::make_shared<std::promise<Reply>>();
  std::future<Reply> reply = promise->get_future();
  PendingResponse pending = {};
};

class RouteCallsTest : public testing::Test {
 protected:
  ~RouteCallsTest() override { gate.open(); }

  static Asked ask(const Endpoint& endpoint, const std::string& target) {
    Asked asked;
    asked.pending = endpoint.async_handle(
        {.target = target}, [promise = asked.promise](Reply reply) { promise->set_value(std::move(reply)); });
    return asked;
  }

  Gate gate;
};

TEST_F(RouteCallsTest, AreMadeOnAWorkerAndUnderNoLock) {
  HealthRegistry health{{.answer_budget = 60s}};
  const Runner runner{health};
  std::thread::id caller;
  const Endpoint endpoint{health, {.routes = {{"/x", [&] {
                                                 caller = std::this_thread::get_id();
                                                 health.add_readiness_check("new", vitals::PushedCheck{true});
                                                 return health.report("new").name;
                                               }}}}};

  EXPECT_EQ(get(endpoint, "/x").body, "new");
  EXPECT_NE(caller, std::this_thread::get_id());
}

TEST_F(RouteCallsTest, AreMadeOnTheCallersThreadWithoutARunner) {
  HealthRegistry health;
  std::thread::id caller;
  const Endpoint endpoint{health, {.routes = {{"/x", [&] {
                                                 caller = std::this_thread::get_id();
                                                 return "here";
                                               }}}}};

  EXPECT_EQ(ask(endpoint, "/x").reply.get().value().body, "here");
  EXPECT_EQ(caller, std::this_thread::get_id());
}

TEST_F(RouteCallsTest, ThatHangAre503WithinTheBudgetAndHoldOneThread) {
  HealthRegistry health{{.answer_budget = 10ms}};
  const Runner runner{health};
  std::atomic<int> calls = 0;
  const Endpoint endpoint{health,
                          {.routes = {{"/hangs",
                                       [&calls, gate = gate] {
                                         ++calls;
                                         gate.wait();
                                         return "at last";
                                       }},
                                      {"/works", [] { return "works"; }}}}};

  for (int i = 0; i < 40; ++i) {  // more than there may be threads for routes
    const auto reply = get(endpoint, "/hangs");

    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.body, "Service Unavailable");
  }

  EXPECT_EQ(calls, 1);
  EXPECT_EQ(get(endpoint, "/ready").status, 200);
  gate.open();
  EXPECT_TRUE(eventually([&] { return get(endpoint, "/hangs").body == "at last"; }));
  EXPECT_TRUE(eventually([&] { return get(endpoint, "/works").body == "works"; }));
}

TEST_F(RouteCallsTest, OfOneRouteAreMadeOneAtATime) {
  HealthRegistry health{{.answer_budget = 60s}};
  const Runner runner{health};
  std::atomic<int> inside = 0;
  std::atomic<bool> overlapped = false;
  const Endpoint endpoint{health, {.routes = {{"/x", [&, gate = gate] {
                                                 if (++inside > 1) overlapped = true;
                                                 gate.wait();
                                                 --inside;
                                                 return "done";
                                               }}}}};

  std::vector<Asked> asked;
  for (int i = 0; i < 8; ++i) asked.push_back(ask(endpoint, "/x"));
  gate.wait_until_entered();
  gate.open();

  for (auto& each : asked) EXPECT_EQ(each.reply.get().value().body, "done");
  EXPECT_FALSE(overlapped);
}

TEST_F(RouteCallsTest, OfDifferentRoutesDoNotWaitForEachOther) {
  HealthRegistry health{{.answer_budget = 60s}};
  const Runner runner{health};
  const Endpoint endpoint{health,
                          {.routes = {{"/hangs",
                                       [gate = gate] {
                                         gate.wait();
                                         return "at last";
                                       }},
                                      {"/works", [] { return "works"; }}}}};

  auto hanging = ask(endpoint, "/hangs");
  gate.wait_until_entered();

  EXPECT_EQ(ask(endpoint, "/works").reply.get().value().body, "works");
  gate.open();
  EXPECT_EQ(hanging.reply.get().value().body, "at last");
}

TEST_F(RouteCallsTest, AreNotMadeForARequestThatHasGone) {
  HealthRegistry health{{.answer_budget = 60s}};
  const Runner runner{health};
  std::vector<std::string> calls;
  const auto record = [&calls, gate = gate](const vitals::HttpRequest& request) {
    calls.emplace_back(std::string_view{request.target});
    gate.wait();
    return "done";
  };
  const Endpoint endpoint{health, {.routes = {{"/x", record}}}};

  auto first = ask(endpoint, "/x?first");
  gate.wait_until_entered();
  auto gone = ask(endpoint, "/x?gone");
  auto last = ask(endpoint, "/x?last");
  gone.pending = {};
  gate.open();

  EXPECT_EQ(first.reply.get().value().body, "done");
  EXPECT_EQ(last.reply.get().value().body, "done");
  EXPECT_EQ(calls, (std::vector<std::string>{"/x?first", "/x?last"}));
}

TEST_F(RouteCallsTest, LeaveWhoWaitsA503WhenTheLastRunnerEnds) {
  HealthRegistry health{{.answer_budget = 60s}};
  auto runner = std::make_unique<Runner>(health);
  auto left = std::make_shared<std::promise<void>>();
  const Endpoint endpoint{health, {.routes = {{"/x", [left, gate = gate] {
                                                 gate.wait();
                                                 left->set_value();
                                                 return "too late";
                                               }}}}};
  auto asked = ask(endpoint, "/x");
  auto queued = ask(endpoint, "/x");
  gate.wait_until_entered();

  runner.reset();

  EXPECT_EQ(asked.reply.get().value().status, 503);
  EXPECT_EQ(queued.reply.get().value().status, 503);
  gate.open();
  left->get_future().wait();
}

TEST_F(RouteCallsTest, OutliveTheEndpointThatMadeThem) {
  HealthRegistry health{{.answer_budget = 60s}};
  const Runner runner{health};
  auto left = std::make_shared<std::promise<void>>();
  auto endpoint = std::make_unique<Endpoint>(health, vitals::EndpointOptions{.routes = {{"/x", [left, gate = gate] {
                                                                                           gate.wait();
                                                                                           left->set_value();
                                                                                           return "done";
                                                                                         }}}});
  auto asked = ask(*endpoint, "/x");
  gate.wait_until_entered();

  endpoint.reset();
  gate.open();

  EXPECT_EQ(asked.reply.get().value().body, "done");
  left->get_future().wait();
}

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

TEST_F(RouteCallsTest, OfSeveralThreadsAreAllMadeWithoutARunner) {
  HealthRegistry health;
  const Endpoint endpoint{health, {.routes = {{"/x", [gate = gate](const vitals::HttpRequest& request) {
                                                 const bool waits = std::string_view{request.target} == "/x?waits";
                                                 if (waits) gate.wait();
                                                 return waits ? "waited" : "at once";
                                               }}}}};
  auto first = std::async(std::launch::async, [&] { return get(endpoint, "/x?waits").body; });
  gate.wait_until_entered();

  EXPECT_EQ(get(endpoint, "/x").body, "at once");
  gate.open();
  EXPECT_EQ(first.get(), "waited");
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
