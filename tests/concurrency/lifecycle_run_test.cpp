// run() with its threads: what ends it, and what doesn't delay it.

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include <vitals/runner.hpp>

#include "concurrency/lifecycle_run_fixture.hpp"
#include "support/probe.hpp"

namespace vitals_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using vitals::Lifecycle;
using vitals::LifecycleState;
using vitals::Probe;
using vitals::Status;
using vitals::WorkToken;
using vitals::test::Counter;
using vitals::test::Gate;

TEST_F(LifecycleRunTest, EndsInOrderWhenAnotherThreadRequestsIt) {
  Lifecycle lifecycle{health_, record_.options(0s)};
  lifecycle.on_stop("worker", [] {});
  lifecycle.on_stop_accepting("web", [] {});
  auto end = run(lifecycle);

  lifecycle.begin_shutdown("update");

  EXPECT_EQ(end.get(), 0);
  EXPECT_THAT(record_.steps(),
              ElementsAre("draining (update)", "finishing (the propagation delay is over)", "web (done)",
                          "stopping (no work in flight)", "worker (done)", "stopped (every callback had its turn)"));
}

TEST_F(LifecycleRunTest, EndsIfTheEndWasRequestedBefore) {
  Lifecycle lifecycle{health_, record_.options(0s)};
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(lifecycle.run(), 0);
  EXPECT_EQ(lifecycle.state(), LifecycleState::stopped);
}

TEST_F(LifecycleRunTest, RunsTheChecksUntilThen) {
  Counter runs;
  health_.add_readiness_check("queue", [&] { runs.add(); });
  Lifecycle lifecycle{health_, record_.options(0s)};
  auto end = run(lifecycle);

  runs.await(1);

  lifecycle.begin_shutdown("update");
  EXPECT_EQ(end.get(), 0);
}

TEST_F(LifecycleRunTest, HasReportedEverythingWhenItReturns) {
  const vitals::Runner runner{health_};  // without it, the end of the checks would wait for all events, too
  Lifecycle lifecycle{health_, record_.options(0s)};
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(lifecycle.run(), 0);

  EXPECT_THAT(record_.steps(), Contains("stopped (every callback had its turn)"));
}

TEST_F(LifecycleRunTest, EndsWithTheLastWorkInFlight) {
  Lifecycle lifecycle{health_, record_.options(0s)};
  auto first = lifecycle.begin_work();
  auto last = lifecycle.begin_work();
  auto end = run(lifecycle);
  lifecycle.begin_shutdown("update");
  record_.await(LifecycleState::finishing);

  first = {};
  EXPECT_EQ(end.wait_for(0s), std::future_status::timeout);
  last = {};

  EXPECT_EQ(end.wait_for(60s), std::future_status::ready) << "it isn't left to the deadline";
  EXPECT_EQ(end.get(), 0);
}

TEST_F(LifecycleRunTest, StopsNothingThatWorkInFlightStillUses) {
  Lifecycle lifecycle{health_, record_.options(0s)};
  std::atomic<int> in_use = 0;
  std::atomic<int> in_use_at_stop = -1;
  lifecycle.on_stop("pool", [&] { in_use_at_stop = in_use.load(); });
  const auto work_until_refused = [&] {
    for (;;) {
      const WorkToken work = lifecycle.begin_work();
      if (!work) return;
      ++in_use;
      std::this_thread::yield();
      --in_use;
    }
  };
  std::vector<std::jthread> workers;
  for (int i = 0; i < 4; ++i) workers.emplace_back(work_until_refused);
  auto end = run(lifecycle);

  lifecycle.begin_shutdown("update");

  EXPECT_EQ(end.get(), 0);
  EXPECT_EQ(in_use_at_stop, 0);
}

TEST_F(LifecycleRunTest, IsNotDelayedByALogThatHangs) {
  const auto gate = std::make_shared<Gate>();
  {
    auto options = record_.options(0s);
    options.log = [gate](std::string_view) { gate->wait(); };
    Lifecycle lifecycle{health_, std::move(options)};
    lifecycle.begin_shutdown("update");

    EXPECT_EQ(lifecycle.run(), 1) << "not everything was told";
  }
  gate->open();
}

TEST_F(LifecycleRunTest, IsNotDelayedByACheckAndALogThatHang) {
  const auto gate = std::make_shared<Gate>();
  const auto checked = std::make_shared<Gate>();
  {
    vitals::HealthRegistry health;
    health.add_liveness_check("hangs", [=] {
      checked->open();
      gate->wait();
    });
    auto options = record_.options(0s);
    options.log = [gate](std::string_view) { gate->wait(); };
    Lifecycle lifecycle{health, std::move(options)};
    auto end = run(lifecycle);
    checked->wait();
    lifecycle.begin_shutdown("update");

    EXPECT_EQ(end.get(), 1);
  }
  gate->open();
}

TEST_F(LifecycleRunTest, IsNotDelayedByAListenerThatHangs) {
  const auto gate = std::make_shared<Gate>();
  {
    auto options = record_.options(0s);
    options.on_event = [gate](const vitals::LifecycleEvent&) { gate->wait(); };
    Lifecycle lifecycle{health_, std::move(options)};
    lifecycle.begin_shutdown("update");

    EXPECT_EQ(lifecycle.run(), 1) << "not everything was told";
  }
  gate->open();
}

TEST_F(LifecycleRunTest, DropsWhatAListenerThrows) {
  std::atomic<int> told = 0;
  auto options = record_.options(0s);
  options.on_event = [&](const vitals::LifecycleEvent&) {
    ++told;
    throw std::runtime_error{"no listener"};
  };
  Lifecycle lifecycle{health_, std::move(options)};
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(lifecycle.run(), 0);

  EXPECT_EQ(told, 4);
}

TEST_F(LifecycleRunTest, ASecondRequestEndsThePropagation) {
  Lifecycle lifecycle{health_, record_.options(4min)};
  auto end = run(lifecycle);
  lifecycle.begin_shutdown("update");
  record_.await(LifecycleState::draining);

  lifecycle.shorten("hurry");

  EXPECT_EQ(end.get(), 0);
  EXPECT_THAT(record_.steps(), Contains("finishing (asked again: hurry)"));
}

TEST_F(LifecycleRunTest, ASecondRequestEndsTheWaitForWork) {
  Lifecycle lifecycle{health_, record_.options(0s)};
  const auto work = lifecycle.begin_work();
  auto end = run(lifecycle);
  lifecycle.begin_shutdown("update");
  record_.await(LifecycleState::finishing);

  lifecycle.shorten("hurry");

  EXPECT_EQ(end.get(), 1) << "work was left";
  EXPECT_THAT(record_.steps(), Contains("stopping (asked again: hurry)"));
}

TEST_F(LifecycleRunTest, AThirdRequestAbandonsWhatIsLeft) {
  const auto entered = std::make_shared<Gate>();
  const auto gate = std::make_shared<Gate>();
  Lifecycle lifecycle{health_, record_.options(0s)};
  const auto hang = [=] {
    entered->open();
    gate->wait();
  };
  lifecycle.on_stop_accepting("web", hang, 60s);
  lifecycle.on_stop("worker", [] {});
  auto end = run(lifecycle);
  lifecycle.begin_shutdown("update");
  entered->wait();

  lifecycle.shorten("hurry");
  lifecycle.shorten("enough");

  EXPECT_EQ(end.get(), 1);
  EXPECT_THAT(record_.steps(), Contains("stopped (asked a third time: enough; web is abandoned; not called: worker)"));
  gate->open();
}

TEST_F(LifecycleRunTest, WorkMayOutliveIt) {
  WorkToken work;
  {
    Lifecycle lifecycle{health_, record_.options(0s)};
    work = lifecycle.begin_work();
    lifecycle.shorten("hurry");
    EXPECT_EQ(lifecycle.run(), 1);
  }

  EXPECT_TRUE(work);
  work = {};
}

TEST_F(LifecycleRunTest, BeginsItsEndOnce) {
  Lifecycle lifecycle{health_, record_.options(4min)};
  auto end = run(lifecycle);
  for (const auto* reason : {"update", "update", "update"}) lifecycle.begin_shutdown(reason);
  record_.await(LifecycleState::draining);

  lifecycle.begin_shutdown("update");
  lifecycle.shorten("hurry");

  EXPECT_EQ(end.get(), 0);
  EXPECT_THAT(record_.steps(), Contains("finishing (asked again: hurry)"));
}

TEST_F(LifecycleRunTest, IsNotDelayedByAServerThatDoesNotStop) {
  struct {
    void stop() const {
      const auto held = gate;  // the abandoned call outlives the server
      held->wait();
    }
    std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  } server;
  {
    Lifecycle lifecycle{health_, server, record_.options(0s)};
    lifecycle.begin_shutdown("update");

    EXPECT_EQ(lifecycle.run(), 1);
    EXPECT_THAT(record_.steps(), Contains("server (overran its budget of 2 s, is abandoned)"));
  }
  server.gate->open();
}

TEST_F(LifecycleRunTest, ALifecycleThatIsNotRunEndsNothing) {
  {
    Lifecycle lifecycle{health_, record_.options(0s)};
    lifecycle.on_stop("worker", [] { FAIL(); });
    lifecycle.begin_shutdown("update");
  }

  EXPECT_THAT(record_.steps(), IsEmpty());
}

}  // namespace
}  // namespace vitals_test
