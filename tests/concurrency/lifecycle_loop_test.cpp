// run() around a loop of the application, without threads, and with a server.

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include <gmock/gmock.h>

#include <vitals/vitals.hpp>

#include "concurrency/attacks/thread_supply.hpp"
#include "concurrency/lifecycle_run_fixture.hpp"
#include "support/http_client.hpp"
#include "support/probe.hpp"

namespace vitals_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using vitals::HealthServer;
using vitals::Lifecycle;
using vitals::LifecycleState;
using vitals::test::Gate;

void nothing() {}
void fail_to_accept() { throw std::runtime_error{"accept"}; }

class LifecycleLoopTest : public LifecycleRunTest {
 protected:
  Gate gate_;
};

TEST_F(LifecycleLoopTest, RunsTheLoopOnTheCallingThread) {
  Lifecycle lifecycle{health_, record_.options(0s)};
  std::thread::id ran_on;
  const auto loop = [&] {
    ran_on = std::this_thread::get_id();
    lifecycle.begin_shutdown("update");
    gate_.wait();
  };

  const int status = lifecycle.run({.loop = loop, .stop_loop = [&] { gate_.open(); }});

  EXPECT_EQ(status, 0);
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST_F(LifecycleLoopTest, ReturnsWhenTheLoopHasReturned) {
  Lifecycle lifecycle{health_, record_.options(0s)};
  lifecycle.begin_shutdown("update");

  auto end = std::async(std::launch::async,
                        [&] { return lifecycle.run({.loop = [&] { gate_.wait(); }, .stop_loop = nothing}); });
  record_.await(LifecycleState::stopped);

  EXPECT_EQ(end.wait_for(50ms), std::future_status::timeout);
  gate_.open();
  EXPECT_EQ(end.get(), 0);
}

TEST_F(LifecycleLoopTest, EndsWithoutPropagationWhenTheLoopReturnsByItself) {
  Lifecycle lifecycle{health_, record_.options(4min)};
  lifecycle.on_stop("worker", [] {});

  EXPECT_EQ(lifecycle.run({.loop = nothing, .stop_loop = nothing}), 0);

  EXPECT_THAT(record_.steps(),
              ElementsAre("draining (its loop has ended)", "finishing (its loop has ended)",
                          "stopping (no work in flight)", "worker (done)", "stopped (every callback had its turn)"));
}

TEST_F(LifecycleLoopTest, EndsThePropagationWhenTheLoopReturns) {
  Lifecycle lifecycle{health_, record_.options(4min)};

  const auto loop = [&] {
    lifecycle.begin_shutdown("update");
    record_.await(LifecycleState::draining);
  };

  const int status = lifecycle.run({.loop = loop, .stop_loop = nothing});

  EXPECT_EQ(status, 0);
  EXPECT_THAT(record_.steps(), Contains("finishing (its loop has ended)"));
}

// The application's own handler of the same signal ends its loop.
TEST_F(LifecycleLoopTest, EndsWithTheSignalWithoutCuttingWork) {
  Lifecycle lifecycle{health_, record_.options(4min, {SIGTERM})};
  auto work = lifecycle.begin_work();
  std::jthread worker{[&] {
    record_.await(LifecycleState::finishing);
    work = {};
  }};

  EXPECT_EQ(lifecycle.run({.loop = [] { raise(SIGTERM); }, .stop_loop = nothing}), 0);

  EXPECT_THAT(record_.steps(), Contains("stopping (no work in flight)"));
}

TEST_F(LifecycleLoopTest, DoesNotWaitForWorkWhenItThrows) {
  Lifecycle lifecycle{health_, record_.options(4min)};
  const auto work = lifecycle.begin_work();

  EXPECT_THROW(lifecycle.run({.loop = fail_to_accept, .stop_loop = nothing}), std::runtime_error);

  EXPECT_THAT(record_.steps(), Contains("stopping (no more time for work in flight)"));
}

TEST_F(LifecycleLoopTest, IsEndedEvenIfEverythingElseIsAbandoned) {
  Lifecycle lifecycle{health_, record_.options(0s)};
  lifecycle.on_stop("worker", [] {});
  const auto work = lifecycle.begin_work();
  for (const char* reason : {"now", "at once"}) lifecycle.shorten(reason);

  EXPECT_EQ(lifecycle.run({.loop = [&] { gate_.wait(); }, .stop_loop = [&] { gate_.open(); }}), 1);

  EXPECT_EQ(lifecycle.state(), LifecycleState::stopped);
}

TEST_F(LifecycleLoopTest, PassesOnWhatTheLoopThrowsAndEndsInOrder) {
  Lifecycle lifecycle{health_, record_.options(4min)};
  lifecycle.on_stop("worker", [] {});

  EXPECT_THROW(lifecycle.run({.loop = fail_to_accept, .stop_loop = nothing}), std::runtime_error);

  EXPECT_EQ(lifecycle.state(), LifecycleState::stopped);
  EXPECT_THAT(record_.steps(), Contains("worker (done)"));
}

class LifecycleWithoutThreadsTest : public LifecycleLoopTest {
 protected:
  void TearDown() override { unlimit_new_threads(); }
};

TEST_F(LifecycleWithoutThreadsTest, CallsACallbackOnTheCallingThread) {
  Lifecycle lifecycle{health_, record_.options(0s)};
  std::thread::id called_on;
  lifecycle.on_stop_accepting("web", [] { limit_new_threads(0); });
  lifecycle.on_stop("worker", [&] { called_on = std::this_thread::get_id(); });
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(lifecycle.run(), 0);

  EXPECT_EQ(called_on, std::this_thread::get_id());
  EXPECT_THAT(record_.steps(), Contains("worker (done)"));
}

TEST_F(LifecycleWithoutThreadsTest, RefusesToRunWithoutAThreadForTheChecks) {
  health_.add_readiness_check("queue", [] { return true; });
  Lifecycle lifecycle{health_, record_.options(0s)};
  limit_new_threads(0);

  EXPECT_THROW(lifecycle.run(), std::system_error);

  EXPECT_EQ(lifecycle.state(), LifecycleState::serving);
}

TEST_F(LifecycleWithoutThreadsTest, RefusesALoopWithoutAThreadForItsEnd) {
  Lifecycle lifecycle{health_, record_.options(0s)};
  bool looped = false;
  limit_new_threads(0);

  EXPECT_THROW(lifecycle.run({.loop = [&] { looped = true; }, .stop_loop = nothing}), std::system_error);

  EXPECT_FALSE(looped);
}

class LifecycleServerTest : public LifecycleLoopTest {
 protected:
  void SetUp() override { server_.start(); }

  HealthServer server_{health_, {.address = "127.0.0.1", .port = 0}};
};

TEST_F(LifecycleServerTest, AnswersWithConnectionCloseWhileItDrains) {
  Lifecycle lifecycle{health_, server_, record_.options(4min)};
  HttpClient kept{server_.port()};
  const auto get = [&](const std::string& target) {
    return kept.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").read_response();
  };
  EXPECT_EQ(get("/ready").status, 200);
  auto end = run(lifecycle);

  lifecycle.begin_shutdown("update");
  record_.await(LifecycleState::draining);

  const auto readiness = get("/ready");
  EXPECT_EQ(readiness.status, 503);
  EXPECT_EQ(readiness.header("connection"), "close");
  EXPECT_EQ(http_get(server_.port(), "/healthz").status, 200);
  lifecycle.shorten("hurry");
  EXPECT_EQ(end.get(), 0);
}

TEST_F(LifecycleServerTest, AnswersUntilEverythingElseHasStopped) {
  Lifecycle lifecycle{health_, server_, record_.options(0s)};
  int liveness = 0;
  int readiness = 0;
  lifecycle.on_stop(
      "worker",
      [&] {
        liveness = http_get(server_.port(), "/healthz").status;
        readiness = http_get(server_.port(), "/ready").status;
      },
      60s);
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(lifecycle.run(), 0);

  EXPECT_EQ(liveness, 200);
  EXPECT_EQ(readiness, 503);
  EXPECT_EQ(server_.port(), 0) << "and then it is stopped";
}

TEST_F(LifecycleServerTest, IsStoppedEvenIfEverythingIsAbandoned) {
  Lifecycle lifecycle{health_, server_, record_.options(4min)};
  for (const auto* reason : {"hurry", "enough"}) lifecycle.shorten(reason);

  EXPECT_EQ(lifecycle.run(), 1);

  EXPECT_EQ(server_.port(), 0);
}

TEST_F(LifecycleServerTest, KeepsRunningWithoutTheLifecycle) {
  { const Lifecycle lifecycle{health_, server_, record_.options(0s)}; }

  EXPECT_EQ(http_get(server_.port(), "/ready").status, 200);
}

/// A server of the application whose stop() throws.
struct ThrowingServer {
  void stop() { throw std::runtime_error{"still in use"}; }
};

TEST_F(LifecycleLoopTest, SurvivesAServerWhoseStopThrows) {
  ThrowingServer server;
  Lifecycle lifecycle{health_, server, record_.options(0s)};
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(lifecycle.run(), 1);
}

}  // namespace
}  // namespace vitals_test
