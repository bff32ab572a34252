// Server, context, registry and connections may end in any order.

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>  // Boost 1.74 needs it before its own headers
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <gtest/gtest.h>

#include "support/descriptors.hpp"
#include "support/ending_log.hpp"
#include "support/hosted_server_fixture.hpp"

namespace vitals_test {
namespace {

class HostedEndsTest : public HostedServerFixture {
 protected:
  /// One connection in each state: idle, inside a head, waiting for a check that hangs.
  std::vector<HttpClient> open_connections(std::uint16_t port) {
    std::vector<HttpClient> clients;
    for (int i = 0; i < 3; ++i) clients.emplace_back(port);
    clients[0].send(get_healthz).read_response();
    clients[1].send("GET /he");
    clients[2].send("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
    gate_.wait_until_entered();
    return clients;
  }
  static void expect_closed(std::vector<HttpClient>& clients) {
    for (auto& client : clients) EXPECT_EQ(client.read_to_end(), "");
  }
};

TEST_F(HostedEndsTest, StopClosesEverythingWhileTheLoopRuns) {
  add_hanging_check(health_, gate_);
  vitals::HostedServer server{io_, health_, local()};
  server.start();
  run_loop(4);
  auto clients = open_connections(server.port());

  server.stop();

  expect_closed(clients);
  join_loop();  // returns because the loop has no work left
}

TEST_F(HostedEndsTest, StopClosesEverythingWhileTheLoopIsBlocked) {
  vitals::HostedServer server{io_, health_, local()};
  server.start();
  run_loop();
  std::vector<HttpClient> clients;
  clients.emplace_back(server.port()).send(get_healthz).read_response();
  boost::asio::post(io_, [gate = gate_] { gate.wait(); });
  gate_.wait_until_entered();

  server.stop();

  expect_closed(clients);
}

TEST_F(HostedEndsTest, TheServerMayGoInAHandlerOfItsLoop) {
  add_hanging_check(health_, gate_);
  auto server = std::make_unique<vitals::HostedServer>(io_, health_, local());
  server->start();
  run_loop(4);
  auto clients = open_connections(server->port());

  boost::asio::post(io_, [&] { server.reset(); });

  expect_closed(clients);
  join_loop();
}

TEST_F(HostedEndsTest, TheServerMayGoInACheckThatRunsOnItsLoop) {
  auto server = std::make_unique<vitals::HostedServer>(io_, health_, local());
  health_.add_readiness_check("stopper", vitals::run_on(io_, [&] { server.reset(); }), patient());
  server->start();
  run_loop();

  join_loop();

  EXPECT_EQ(server, nullptr);
}

TEST_F(HostedEndsTest, TheServerMayGoAfterItsLoopWasStopped) {
  add_hanging_check(health_, gate_);
  {
    vitals::HostedServer server{io_, health_, local()};
    server.start();
    run_loop();
    auto clients = open_connections(server.port());
    io_.stop();
    join_loop();
  }
  gate_.open();

  io_.restart();
  io_.poll();  // handlers that are left must not use the destroyed server
}

TEST_F(HostedEndsTest, TheContextMayGoBeforeTheServer) {
  add_hanging_check(health_, gate_);
  auto pool = std::make_unique<boost::asio::thread_pool>(2);
  vitals::HostedServer server{*pool, health_, local()};
  server.start();
  auto clients = open_connections(server.port());

  pool.reset();

  expect_closed(clients);
  EXPECT_EQ(server.port(), 0);
  gate_.open();  // the outstanding answer has no connection any more
  std::error_code error;
  server.start(error);
  EXPECT_EQ(error, std::errc::operation_canceled);
}

TEST_F(HostedEndsTest, TheContextMayGoBeforeAServerThatWasStopped) {
  auto io = std::make_unique<boost::asio::io_context>();
  vitals::HostedServer server{boost::asio::make_strand(*io), health_, local()};
  server.start();
  HttpClient client{server.port()};
  client.send("GET /hea");
  io->run_one();
  server.stop();

  io.reset();

  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(HostedEndsTest, TheRegistryMayGoBeforeTheServer) {
  std::optional<vitals::HealthRegistry> health{std::in_place};
  vitals::HostedServer server{io_, *health, local()};
  server.start();
  run_loop();

  health.reset();

  EXPECT_EQ(http_get(server.port(), "/ready").status, 503);
}

TEST_F(HostedEndsTest, StopIsIdempotentFromManyThreadsWhileClientsConnect) {
  vitals::HostedServer server{io_, health_, local()};
  server.start();
  run_loop(2);
  const auto port = server.port();
  std::promise<void> first_answer;
  std::thread prober{[&, told = false]() mutable {
    try {
      for (;;) {
        http_get(port, "/ready");
        if (!std::exchange(told, true)) first_answer.set_value();
      }
    } catch (const std::exception&) {  // the server has stopped
    }
  }};
  first_answer.get_future().get();

  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { server.stop(); });
  for (auto& thread : threads) thread.join();
  prober.join();

  EXPECT_EQ(server.port(), 0);
}

TEST_F(HostedEndsTest, TheEndOfALogMayStopTheServer) {
  const auto at_end = std::make_shared<std::function<void()>>();
  auto options = local();
  options.log = EndingLog{at_end};
  vitals::HostedServer server{io_, health_, options};
  int ended = 0;
  *at_end = [&] {
    server.stop();
    ++ended;
  };

  {
    const LastDescriptor taken;
    EXPECT_THROW(server.start(), std::system_error);
  }
  EXPECT_GT(ended, 0) << "by a start that fails";
  *at_end = nullptr;
  server.start();
  ended = 0;
  *at_end = [&] {
    server.stop();
    ++ended;
  };
  server.stop();

  EXPECT_GT(ended, 0);
  *at_end = nullptr;
}

}  // namespace
}  // namespace vitals_test
