// A loop that is blocked for longer than the timeouts, as between SIGSTOP and SIGCONT: what has arrived meanwhile is
// answered.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>  // Boost 1.74 needs it before its own headers
#include <vector>

#include <gtest/gtest.h>

#include "support/hosted_server_fixture.hpp"

namespace vitals_test {
namespace {

/// The smallest timeout that the options allow.
constexpr auto limit = 100ms;
/// Longer than the timeout and the interval between two checks of timeouts together.
constexpr auto standstill = 600ms;
/// More than one turn of the loop handles.
constexpr std::size_t crowd = 300;
constexpr std::size_t most_per_turn = 256;

class HostedThawTest : public HostedServerFixture {
 protected:
  void SetUp() override {
    auto options = local();
    options.head_timeout = options.idle_timeout = options.first_byte_timeout = limit;
    options.max_connections = 2 * crowd;
    options.accepts_per_turn = 2 * crowd;
    server_.emplace(io_, health_, options);
    server_->start();
  }
  void TearDown() override {
    server_->stop();
    HostedServerFixture::TearDown();
  }

  /// Many connections that have sent these bytes. The server accepts all of them in one turn, and right after that the
  /// loop is blocked, so that none reaches its timeout before.
  std::vector<HttpClient> accepted_with(std::string_view bytes) {
    std::vector<HttpClient> clients;
    for (std::size_t i = 0; i < crowd; ++i) {
      clients.emplace_back(server_->port());
      clients.back().send(bytes);
    }
    HttpClient last{server_->port()};
    last.send("GET /healthz HTTP/1.0\r\n\r\n");
    while (!last.has_input())
      if (io_.run_one_for(30s) == 0) throw std::runtime_error{"the last connection has no answer"};
    return clients;
  }
  /// Each client sends these bytes while the loop is blocked.
  void send_while_blocked(std::vector<HttpClient>& clients, std::string_view bytes) {
    for (auto& client : clients) client.send(bytes);
    std::this_thread::sleep_for(standstill);
    run_loop();
  }
  static void expect_answers(std::vector<HttpClient>& clients) {
    for (auto& client : clients) ASSERT_EQ(client.read_response().status, 200);
  }
  static std::size_t with_input(std::vector<HttpClient>& clients) {
    return static_cast<std::size_t>(std::ranges::count_if(clients, [](auto& client) { return client.has_input(); }));
  }

  std::optional<vitals::HostedServer> server_;
};

TEST_F(HostedThawTest, KeptConnectionsThatAskedMeanwhileAreAnswered) {
  auto clients = accepted_with(get_healthz);
  expect_answers(clients);

  send_while_blocked(clients, get_healthz);

  expect_answers(clients);
}

TEST_F(HostedThawTest, HeadsThatWereCompletedMeanwhileAreAnswered) {
  auto clients = accepted_with("GET /healthz HTTP/1.1\r\n");

  send_while_blocked(clients, "Host: a\r\n\r\n");

  expect_answers(clients);
}

TEST_F(HostedThawTest, HeadsThatAreStillIncompleteAreRefused) {
  auto clients = accepted_with("GET /healthz HTTP/1.1\r\n");

  send_while_blocked(clients, "Ho");

  for (auto& client : clients) ASSERT_EQ(client.read_response().status, 408);
}

TEST_F(HostedThawTest, NoTurnLooksAfterMoreLimitsThanItMay) {
  auto clients = accepted_with(get_healthz);
  expect_answers(clients);
  std::this_thread::sleep_for(standstill);

  std::size_t closed = 0;
  while (closed < crowd) {
    ASSERT_EQ(io_.run_one_for(30s), 1U);
    const auto before = std::exchange(closed, with_input(clients));
    ASSERT_LE(closed - before, most_per_turn);
  }

  EXPECT_EQ(server_->limit_counts().idle, crowd);
}

}  // namespace
}  // namespace vitals_test
