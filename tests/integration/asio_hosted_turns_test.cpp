// How connections share the turns of a loop. The test runs the loop one handler at a time.

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>  // Boost 1.74 needs it before its own headers
#include <vector>

#include <gtest/gtest.h>

#include "support/hosted_server_fixture.hpp"

namespace vitals_test {
namespace {

constexpr int per_turn = 2;
constexpr int many = 100;

class HostedTurnsTest : public HostedServerFixture {
 protected:
  void SetUp() override { server_.start(); }
  void TearDown() override {
    server_.stop();
    HostedServerFixture::TearDown();
  }

  static vitals::HealthServerOptions in_turns() {
    auto options = local();
    options.pipelined_per_turn = per_turn;
    options.accepts_per_turn = per_turn;
    return options;
  }
  [[nodiscard]] HttpClient connect() const { return HttpClient{server_.port()}; }
  /// Runs one handler after another until an answer for the client has arrived.
  void step_until_answered(HttpClient& client) {
    while (!client.has_input())
      if (io_.run_one_for(30s) == 0) throw std::runtime_error{"nothing is to be done, and there is no answer"};
  }
  /// A connection that the server has answered, and for which no handler is left to run.
  HttpClient connect_and_ask() {
    auto client = connect();
    client.send(get_healthz);
    step_until_answered(client);
    client.read_response();
    while (io_.poll() > 0) {
    }
    return client;
  }
  static std::string many_requests() {
    std::string requests;
    for (int i = 1; i < many; ++i) requests += get_healthz;
    return requests + "GET /healthz HTTP/1.0\r\n\r\n";
  }
  static int answers_in(const std::string& bytes) { return count(bytes, "HTTP/1.1 200 OK\r\n"); }
  /// Two clients send at the same time, the first one more than a turn's worth.
  void expect_that_the_modest_one_does_not_wait(HttpClient greedy, HttpClient modest) {
    greedy.send(many_requests());
    modest.send(get_healthz);

    step_until_answered(modest);

    const auto meanwhile = answers_in(greedy.read_available());
    EXPECT_LE(meanwhile, 2 * per_turn);
    run_loop();
    EXPECT_EQ(meanwhile + answers_in(greedy.read_to_end()), many);
  }

  vitals::HostedServer server_{io_, health_, in_turns()};
};

TEST_F(HostedTurnsTest, PipelinedRequestsLetAnotherConnectionHaveItsOwn) {
  auto greedy = connect_and_ask();
  auto modest = connect_and_ask();

  expect_that_the_modest_one_does_not_wait(std::move(greedy), std::move(modest));
}

TEST_F(HostedTurnsTest, PipelinedRequestsOfANewConnectionLetTheNextOneHaveItsOwn) {
  auto greedy = connect();
  auto modest = connect();

  expect_that_the_modest_one_does_not_wait(std::move(greedy), std::move(modest));
}

TEST_F(HostedTurnsTest, NewConnectionsLetAnOpenOneHaveItsOwn) {
  auto open = connect_and_ask();
  std::vector<HttpClient> newcomers;
  for (int i = 0; i < many; ++i) {
    newcomers.push_back(connect());
    newcomers.back().send(get_healthz);
  }
  open.send(get_healthz);

  step_until_answered(open);

  int meanwhile = 0;
  for (auto& newcomer : newcomers) meanwhile += newcomer.has_input() ? 1 : 0;
  EXPECT_LE(meanwhile, 2 * per_turn);
  run_loop();
  for (auto& newcomer : newcomers) EXPECT_EQ(newcomer.read_response().status, 200);
}

/// More than the server asks whether they make room.
constexpr int places = 17;

class FullHostedServerTest : public HostedServerFixture {
 protected:
  void TearDown() override {
    server_.stop();
    HostedServerFixture::TearDown();
  }
  static vitals::HealthServerOptions small() {
    auto options = local();
    options.log = [](std::string_view) {};
    options.max_connections = places;
    return options;
  }
  /// As many connections as there are places, each waiting for a check.
  std::vector<HttpClient> fill() {
    std::vector<HttpClient> clients;
    for (int i = 0; i < places; ++i) {
      clients.emplace_back(server_.port());
      clients.back().send("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    return clients;
  }

  vitals::HostedServer server_{io_, health_, small()};
};

TEST_F(FullHostedServerTest, RestsWhileAllPlacesWaitForChecks) {
  add_hanging_check(health_, gate_);
  server_.start();
  auto clients = fill();
  HttpClient newcomer{server_.port()};
  newcomer.send(get_healthz);

  for (int turn = 0; turn < 1000 && server_.limit_counts().not_accepted == 0; ++turn) io_.run_one_for(1s);

  EXPECT_EQ(server_.limit_counts().not_accepted, 1U);
  gate_.open();
  run_loop();
  for (auto& client : clients) EXPECT_EQ(client.read_response().status, 200);
  EXPECT_EQ(newcomer.read_response().status, 200);
}

}  // namespace
}  // namespace vitals_test
