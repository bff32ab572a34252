// A Lifecycle around the application's loop: on one thread, on several, and with a signal_set.

#include <csignal>
#include <future>
#include <utility>  // Boost 1.74 needs it before its own headers
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <gmock/gmock.h>

#include <vitals/lifecycle.hpp>

#include "support/eventually.hpp"
#include "support/hosted_server_fixture.hpp"
#include "support/lifecycle_record.hpp"
#include "support/signal_action.hpp"

namespace vitals_test {
namespace {

using testing::ElementsAre;
using vitals::HostedServer;
using vitals::Lifecycle;
using vitals::LifecycleState;

class HostedLifecycleTest : public HostedServerFixture {
 protected:
  void TearDown() override {
    std::signal(SIGTERM, SIG_DFL);
    HostedServerFixture::TearDown();
  }

  const LifecycleRecord record_ = {};
};

TEST_F(HostedLifecycleTest, EndsALoopThatHasNothingElseToDo) {
  HostedServer server{io_, health_, local()};
  server.start();
  Lifecycle lifecycle{health_, server, record_.options(0s, {SIGTERM})};
  raise(SIGTERM);

  EXPECT_EQ(lifecycle.run({.loop = [&] { io_.run(); }, .stop_loop = [] {}}), 0);

  EXPECT_EQ(server.port(), 0);
}

TEST_F(HostedLifecycleTest, StartsAServerThatWasNotStarted) {
  HostedServer server{io_, health_, local()};
  Lifecycle lifecycle{health_, server, record_.options(0s)};
  int liveness = 0;
  lifecycle.on_stop(
      "worker", [&] { liveness = http_get(server.port(), "/healthz").status; }, 60s);
  boost::asio::post(io_, [&] { lifecycle.begin_shutdown("update"); });

  EXPECT_EQ(lifecycle.run({.loop = [&] { io_.run(); }, .stop_loop = [] {}}), 0);

  EXPECT_EQ(liveness, 200);
}

TEST_F(HostedLifecycleTest, KeepsTheServerAnsweringUntilEverythingElseHasStopped) {
  HostedServer server{io_, health_, local()};
  server.start();
  Lifecycle lifecycle{health_, server, record_.options(0s)};
  std::vector<int> answers;
  lifecycle.on_stop(
      "worker",
      [&] {
        for (const auto* target : {"/healthz", "/ready"}) answers.push_back(http_get(server.port(), target).status);
      },
      60s);
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(lifecycle.run({.loop = [&] { io_.run(); }, .stop_loop = [] {}}), 0);

  EXPECT_THAT(answers, ElementsAre(200, 503));
}

TEST_F(HostedLifecycleTest, ReportsDrainingOnOpenConnections) {
  HostedServer server{io_, health_, local()};
  server.start();
  HttpClient kept{server.port()};
  Lifecycle lifecycle{health_, server, record_.options(4min, {SIGTERM, SIGINT})};
  auto end =
      std::async(std::launch::async, [&] { return lifecycle.run({.loop = [&] { io_.run(); }, .stop_loop = [] {}}); });
  EXPECT_EQ(kept.send(get_healthz).read_response().header("connection"), "none");

  raise(SIGTERM);
  record_.await(LifecycleState::draining);

  const auto answer = kept.send(get_healthz).read_response();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("connection"), "close");
  EXPECT_EQ(http_get(server.port(), "/ready").status, 503);
  raise(SIGINT);
  EXPECT_EQ(end.get(), 0);
}

TEST_F(HostedLifecycleTest, EndsALoopOnSeveralThreads) {
  HostedServer server{io_, health_, local()};
  server.start();
  Lifecycle lifecycle{health_, server, record_.options(0s, {SIGTERM})};
  raise(SIGTERM);

  const auto loop = [&] {
    run_loop(3);
    join_loop();
  };
  const int status = lifecycle.run({.loop = loop, .stop_loop = [&] { io_.stop(); }});

  EXPECT_EQ(status, 0);
}

TEST_F(HostedLifecycleTest, EndsAThreadPool) {
  boost::asio::thread_pool pool{2};
  HostedServer server{pool, health_, local()};
  server.start();
  Lifecycle lifecycle{health_, server, record_.options(0s)};
  int liveness = 0;
  lifecycle.on_stop(
      "worker", [&] { liveness = http_get(server.port(), "/healthz").status; }, 60s);
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(lifecycle.run({.loop = [&] { pool.join(); }, .stop_loop = [] {}}), 0);

  EXPECT_EQ(liveness, 200);
  EXPECT_EQ(server.port(), 0);
}

TEST_F(HostedLifecycleTest, LetsWorkOfTheLoopEnd) {
  HostedServer server{io_, health_, local()};
  server.start();
  Lifecycle lifecycle{health_, server, record_.options(0s)};
  boost::asio::steady_timer query{io_, 1ms};
  bool answered = false;
  query.async_wait([&, work = lifecycle.begin_work()](boost::system::error_code) { answered = true; });
  bool answered_before = false;
  lifecycle.on_stop("database", [&] { answered_before = answered; });
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(lifecycle.run({.loop = [&] { io_.run(); }, .stop_loop = [] {}}), 0);

  EXPECT_TRUE(answered_before);
}

TEST_F(HostedLifecycleTest, LeavesWorkThatDoesNotEndWhenACallbackStopsTheLoop) {
  HostedServer server{io_, health_, local()};
  server.start();
  Lifecycle lifecycle{health_, server, record_.options(0s)};
  lifecycle.on_stop("loop", [&] { io_.stop(); });
  boost::asio::steady_timer idle_connection{io_, 1h};
  idle_connection.async_wait([work = lifecycle.begin_work()](boost::system::error_code) {});
  lifecycle.begin_shutdown("update");
  lifecycle.shorten("hurry");

  EXPECT_EQ(lifecycle.run({.loop = [&] { io_.run(); }, .stop_loop = [] {}}), 1);

  EXPECT_EQ(server.port(), 0);
}

TEST_F(HostedLifecycleTest, GetsSignalsBesideAnEarlierSignalSet) {
  boost::asio::signal_set signals{io_, SIGTERM};
  bool heard = false;
  signals.async_wait([&](boost::system::error_code error, int) { heard = !error; });
  Lifecycle lifecycle{health_, record_.options(0s, {SIGTERM})};
  lifecycle.on_stop("loop", [&] { io_.poll(); });

  raise(SIGTERM);

  EXPECT_EQ(lifecycle.run(), 0);
  EXPECT_TRUE(heard);
}

TEST_F(HostedLifecycleTest, GetsSignalsBesideALaterSignalSet) {
  Lifecycle lifecycle{health_, record_.options(0s, {SIGTERM})};
  bool heard = false;
  // The signal_set's handler is called after ours, on the thread that raises the signal, perhaps a little later than
  // this callback.
  const auto poll_until_heard = [&] {
    eventually([&] {
      io_.poll();
      return heard;
    });
  };
  lifecycle.on_stop("loop", poll_until_heard, 1min);
  boost::asio::signal_set signals{io_, SIGTERM};
  signals.async_wait([&](boost::system::error_code error, int) { heard = !error; });
  const auto its_own = present(SIGTERM);
  auto end = std::async(std::launch::async, [&] { return lifecycle.run(); });
  EXPECT_TRUE(eventually([&] { return !is_same(present(SIGTERM), its_own); }));

  raise(SIGTERM);

  EXPECT_EQ(end.get(), 0);
  EXPECT_TRUE(heard);
  EXPECT_TRUE(is_same(present(SIGTERM), its_own)) << "and it goes on hearing them";
}

}  // namespace
}  // namespace vitals_test
