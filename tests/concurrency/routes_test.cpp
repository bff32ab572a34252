// Handlers of the application: on which thread, how many at a time, and for how long somebody waits.

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "concurrency/routes_fixture.hpp"
#include "support/eventually.hpp"
#include "support/responses.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::Endpoint;
using vitals::HealthRegistry;
using vitals::Runner;
using vitals::test::get;
using vitals_test::Asked;
using vitals_test::eventually;
using vitals_test::RouteCallsTest;

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

TEST_F(RouteCallsTest, DoNotWaitBehindTooManyOthers) {
  constexpr int most = 1024;
  HealthRegistry health{{.answer_budget = 60s}};
  const Runner runner{health};
  std::atomic<int> calls = 0;
  const Endpoint endpoint{health, {.routes = {{"/x", [&calls, gate = gate] {
                                                 ++calls;
                                                 gate.wait();
                                                 return "done";
                                               }}}}};
  const auto first = ask(endpoint, "/x");
  EXPECT_TRUE(eventually([&] { return calls == 1; }));
  std::vector<Asked> asked;
  for (int i = 0; i <= most; ++i) asked.push_back(ask(endpoint, "/x"));

  gate.open();

  for (int i = 0; i < most; ++i) EXPECT_EQ(asked[static_cast<std::size_t>(i)].reply.get().value().status, 200);
  EXPECT_EQ(get(endpoint, "/x").body, "done");
  EXPECT_EQ(calls, 1 + most + 1);  // so the one too many was never made
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

}  // namespace
