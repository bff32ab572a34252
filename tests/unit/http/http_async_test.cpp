#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "support/responses.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckOptions;
using vitals::CheckReport;
using vitals::Endpoint;
using vitals::HealthRegistry;
using vitals::HttpResponse;
using vitals::PendingResponse;
using vitals::Probe;
using vitals::Runner;
using vitals::test::get;

using Reply = std::optional<HttpResponse>;

/// Timeouts that no test reaches, however slow the machine is.
constexpr CheckOptions patient{.timeout = 60s, .schedule = vitals::on_demand(0s), .stale_after = 1h};

/// A readiness check whose runs wait at the gate.
class GatedEndpointTest : public testing::Test {
 protected:
  ~GatedEndpointTest() override { open_gate(); }

  void open_gate() {
    if (!std::exchange(open, true)) gate->count_down();
  }

  std::shared_ptr<std::latch> gate = std::make_shared<std::latch>(1);
  bool open = false;
  HealthRegistry health{{.answer_budget = 60s}};
  std::shared_ptr<std::atomic<std::thread::id>> worker = std::make_shared<std::atomic<std::thread::id>>();
  vitals::CheckHandle database = health.add_readiness_check(
      "database",
      [gate = gate, worker = worker] {
        worker->store(std::this_thread::get_id());
        gate->wait();
      },
      patient);
  Runner runner{health};
  std::optional<Endpoint> endpoint{std::in_place, health};
};

TEST(AsyncEndpointTest, AnswersInlineIfItNeedNotWait) {
  HealthRegistry health;
  const Endpoint endpoint{health};
  int calls = 0;
  Reply reply;

  const auto pending = endpoint.async_handle({.target = "/ready"}, [&](Reply answer) {
    ++calls;
    reply = std::move(answer);
  });

  EXPECT_EQ(calls, 1);
  EXPECT_EQ(reply.value().body, "OK");
}

TEST(AsyncEndpointTest, ReportsAForeignPathInline) {
  HealthRegistry health;
  const Endpoint endpoint{health};
  int calls = 0;

  const auto pending = endpoint.async_handle({.target = "/notes"}, [&](const Reply& reply) {
    ++calls;
    EXPECT_FALSE(reply.has_value());
  });

  EXPECT_EQ(calls, 1);
}

TEST(AsyncEndpointTest, DropsWhatDoneThrowsInline) {
  HealthRegistry health;
  const Endpoint endpoint{health};
  const auto throwing = [](const Reply&) { throw std::runtime_error{"done"}; };

  EXPECT_NO_THROW((void)endpoint.async_handle({.target = "/ready"}, throwing));
  EXPECT_NO_THROW((void)endpoint.async_handle({.target = "/notes"}, throwing));
}

TEST(AsyncEndpointTest, AllowsDoneToRequestAgain) {
  HealthRegistry health;
  const Endpoint endpoint{health};
  int status = 0;

  const auto pending =
      endpoint.async_handle({.target = "/ready"}, [&](const Reply&) { status = get(endpoint, "/ready").status; });

  EXPECT_EQ(status, 200);
}

TEST_F(GatedEndpointTest, AnswersWhenTheRunIsOver) {
  std::promise<int> status;
  auto future = status.get_future();

  const auto pending =
      endpoint->async_handle({.target = "/ready"}, [&](const Reply& reply) { status.set_value(reply.value().status); });
  EXPECT_EQ(future.wait_for(0s), std::future_status::timeout);
  open_gate();

  EXPECT_EQ(future.get(), 200);
}

TEST_F(GatedEndpointTest, CallsDoneNeitherOnTheCallersThreadNorOnACheckWorker) {
  std::promise<std::thread::id> answered;

  const auto pending = endpoint->async_handle({.target = "/ready"},
                                              [&](const Reply&) { answered.set_value(std::this_thread::get_id()); });
  open_gate();
  const auto thread = answered.get_future().get();

  EXPECT_NE(thread, std::this_thread::get_id());
  EXPECT_NE(thread, worker->load());
}

TEST_F(GatedEndpointTest, RefusesInlineEvenDuringARun) {
  Reply refused;
  Reply not_found;

  const auto first =
      endpoint->async_handle({.method = "POST", .target = "/ready"}, [&](Reply reply) { refused = std::move(reply); });
  const auto second =
      endpoint->async_handle({.target = "/ready/nobody"}, [&](Reply reply) { not_found = std::move(reply); });

  EXPECT_EQ(refused.value().status, 405);
  EXPECT_EQ(not_found.value().status, 404);
}

TEST_F(GatedEndpointTest, IsCancelledByDroppingTheHandle) {
  std::atomic<int> calls = 0;
  std::promise<void> later;
  {
    const auto dropped = endpoint->async_handle({.target = "/ready"}, [&](const Reply&) { ++calls; });
  }
  const auto pending = endpoint->async_handle({.target = "/ready"}, [&](const Reply&) { later.set_value(); });

  open_gate();
  later.get_future().wait();

  EXPECT_EQ(calls, 0);
}

TEST_F(GatedEndpointTest, FreesDoneWhenTheHandleIsDropped) {
  auto owned = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = owned;
  std::optional pending = endpoint->async_handle({.target = "/ready"}, [owned = std::move(owned)](const Reply&) {});
  ASSERT_FALSE(watch.expired());

  pending.reset();

  EXPECT_TRUE(watch.expired());
}

TEST_F(GatedEndpointTest, IsCancelledByAssigningToTheHandle) {
  std::atomic<int> calls = 0;
  std::promise<void> later;
  auto pending = endpoint->async_handle({.target = "/ready"}, [&](const Reply&) { ++calls; });

  pending = endpoint->async_handle({.target = "/ready"}, [&](const Reply&) { later.set_value(); });
  open_gate();
  later.get_future().wait();

  EXPECT_EQ(calls, 0);
}

TEST_F(GatedEndpointTest, IsNotCancelledByMovingTheHandle) {
  std::promise<int> status;
  auto first =
      endpoint->async_handle({.target = "/ready"}, [&](const Reply& reply) { status.set_value(reply.value().status); });

  const PendingResponse second = std::move(first);
  open_gate();

  EXPECT_EQ(status.get_future().get(), 200);
}

TEST_F(GatedEndpointTest, AnswersAfterTheEndpointWasDestroyed) {
  std::promise<int> status;
  const auto pending =
      endpoint->async_handle({.target = "/ready"}, [&](const Reply& reply) { status.set_value(reply.value().status); });

  endpoint.reset();
  open_gate();

  EXPECT_EQ(status.get_future().get(), 200);
}

TEST_F(GatedEndpointTest, DropsWhatDoneThrowsOnTheRunnersThread) {
  std::promise<void> later;
  const auto throwing = endpoint->async_handle({.target = "/ready"}, [](const Reply&) { throw 42; });
  const auto pending = endpoint->async_handle({.target = "/ready"}, [&](const Reply&) { later.set_value(); });

  open_gate();

  later.get_future().wait();
}

TEST_F(GatedEndpointTest, AllowsDoneToDropItsOwnHandle) {
  std::promise<void> done;
  std::latch stored{1};
  std::optional<PendingResponse> pending;

  pending = endpoint->async_handle({.target = "/ready"}, [&](const Reply&) {
    stored.wait();
    pending.reset();
    done.set_value();
  });
  stored.count_down();
  open_gate();

  done.get_future().wait();
  EXPECT_FALSE(pending.has_value());
}

TEST_F(GatedEndpointTest, WaitsInHandleForTheRun) {
  auto answer = std::async(std::launch::async, [&] { return get(*endpoint, "/ready").status; });

  open_gate();

  EXPECT_EQ(answer.get(), 200);
}

TEST_F(GatedEndpointTest, AnswersOtherProbesMeanwhile) {
  EXPECT_EQ(get(*endpoint, "/healthz").status, 200);
  EXPECT_EQ(get(*endpoint, "/startup").status, 200);
}

TEST_F(GatedEndpointTest, RunsOnlyTheCheckThatAPathNames) {
  health.add_readiness_check(
      "cache", [] { return true; }, patient);
  open_gate();
  ASSERT_EQ(get(*endpoint, "/ready").status, 200);
  const auto runs_of = [&](const char* name) { return health.report(name).runs; };
  const auto cache_runs = runs_of("cache");
  const auto database_runs = runs_of("database");

  ASSERT_EQ(get(*endpoint, "/ready/cache").status, 200);

  EXPECT_EQ(runs_of("cache"), cache_runs + 1);
  EXPECT_EQ(runs_of("database"), database_runs);
}

TEST(EndOfRunnerTest, DoesNotAnswerOnTheThreadThatEndsIt) {
  HealthRegistry health{{.answer_budget = 60s}};
  const auto gate = std::make_shared<std::latch>(1);
  health.add_readiness_check(
      "database", [gate] { gate->wait(); }, patient);
  const Endpoint endpoint{health};
  std::optional<Runner> runner{std::in_place, health, vitals::RunnerOptions{.log = [](std::string_view) {}}};
  std::promise<std::thread::id> answered;
  const auto pending = endpoint.async_handle({.target = "/ready"},
                                             [&](const Reply&) { answered.set_value(std::this_thread::get_id()); });

  runner.reset();

  EXPECT_NE(answered.get_future().get(), std::this_thread::get_id());
  gate->count_down();
}

TEST_F(GatedEndpointTest, RunsTheChecksOfAllProbesForHealth) {
  health.add_liveness_check(
      "loop", [] { return true; }, patient);
  open_gate();
  ASSERT_EQ(get(*endpoint, "/health").status, 200);
  const auto runs_of = [&](const char* name) { return health.report(name).runs; };
  const auto loop_runs = runs_of("loop");
  const auto database_runs = runs_of("database");

  ASSERT_EQ(get(*endpoint, "/health").status, 200);

  EXPECT_EQ(runs_of("loop"), loop_runs + 1);
  EXPECT_EQ(runs_of("database"), database_runs + 1);
}

}  // namespace
