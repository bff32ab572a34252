#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "support/requests.hpp"
#include "support/server_fixture.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class ServerConnectionsTest : public ServerTest {};

TEST_F(ServerConnectionsTest, KeepAnHttp11ConnectionForTheNextRequest) {
  start();
  auto client = connect();

  for (int i = 0; i < 3; ++i) {
    const auto response = client.send(get_healthz).read_response();

    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.header("connection"), "none");
  }
}

TEST_F(ServerConnectionsTest, AreKeptAfterAForeignPathAndAForeignMethod) {
  start();
  auto client = connect();

  EXPECT_EQ(client.send("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n").read_response().status, 404);
  EXPECT_EQ(client.send("PUT /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").read_response().status, 405);
  EXPECT_EQ(client.send(get_healthz).read_response().status, 200);
}

TEST_F(ServerConnectionsTest, AreClosedOnTheClientsRequest) {
  start();

  const auto answer = exchange("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, CLOSE\r\n\r\n");

  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nOK"));
}

TEST_F(ServerConnectionsTest, GetConnectionCloseInTheirFirstAnswerAfterTheShutdownHasBegun) {
  start();
  auto first = connect();
  auto second = connect();
  for (auto* idle : {&first, &second}) EXPECT_EQ(idle->send(get_healthz).read_response().header("connection"), "none");

  health_.begin_shutdown("SIGTERM");

  for (auto* idle : {&first, &second}) {
    const auto answer = idle->send(get_healthz).read_response();
    EXPECT_EQ(answer.status, 200);
    ASSERT_EQ(answer.header("connection"), "close");
    EXPECT_EQ(idle->read_to_end(), "");
  }
}

TEST_F(ServerConnectionsTest, GetConnectionCloseInEachAnswerWhileDraining) {
  start();
  health_.begin_shutdown("SIGTERM");

  for (const std::string head : {"GET /ready HTTP/1.1\r\nHost: a\r\n", "GET /health HTTP/1.1\r\nHost: a\r\n",
                                 "GET /nowhere HTTP/1.1\r\nHost: a\r\n", "PUT /ready HTTP/1.1\r\nHost: a\r\n",
                                 "GET /ready HTTP/1.0\r\nConnection: keep-alive\r\n"}) {
    auto client = connect();
    EXPECT_EQ(client.send(head + "\r\n").read_response().header("connection"), "close") << head;
  }
}

TEST_F(ServerConnectionsTest, GetConnectionCloseInTheAnswerThatTheShutdownCauses) {
  health_.add_readiness_check(
      "hung", [gate = gate_] { gate.wait(); }, patient());
  start();
  auto client = connect();
  client.send("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
  gate_.wait_until_entered();

  health_.begin_shutdown("SIGTERM");

  const auto answer = client.read_response();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("connection"), "close");
}

TEST_F(ServerConnectionsTest, OfHttp10AreClosedUnlessKeepAliveIsRequestedAndGranted) {
  start();
  auto client = connect();

  const auto kept = client.send("GET /healthz HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").read_response();
  const auto last = client.send("GET /healthz HTTP/1.0\r\n\r\n").read_response();

  EXPECT_EQ(kept.header("connection"), "keep-alive");
  EXPECT_EQ(last.header("connection"), "close");
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerConnectionsTest, AnswerPipelinedRequestsInOrderAlsoAfterOneThatWaits) {
  health_.add_startup_check(
      "slow", [gate = gate_] { gate.wait(); }, patient());
  start();
  auto client = connect();

  client.send("GET /startup/slow HTTP/1.1\r\nHost: a\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n" + get_healthz);
  gate_.wait_until_entered();
  EXPECT_FALSE(client.has_input());
  gate_.open();

  EXPECT_EQ(client.read_response().body, "OK");
  EXPECT_EQ(client.read_response().status, 404);
  EXPECT_EQ(client.read_response().status, 200);
}

TEST_F(ServerConnectionsTest, TakeManyPipelinedRequestsInOneGo) {
  start();
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += get_healthz;

  const auto answers = exchange(requests + "GET /healthz HTTP/1.0\r\n\r\n");

  EXPECT_EQ(count(answers, "HTTP/1.1 200 OK\r\n"), 501);
}

TEST_F(ServerConnectionsTest, TakeARequestOneByteAtATime) {
  start();
  auto client = connect();

  for (const char byte : "\r\n" + get_healthz) client.send({&byte, 1});

  EXPECT_EQ(client.read_response().status, 200);
}

TEST_F(ServerConnectionsTest, TakeAHeadAsLongAsTheLimit) {
  start({.max_head_size = 65536});
  const std::string begin = "GET /healthz HTTP/1.0\r\nX: ";

  const auto answer = exchange(begin + std::string(65536 - begin.size() - 4, 'x') + "\r\n\r\n");

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerConnectionsTest, AnswerAClientThatHasStoppedSending) {
  health_.add_readiness_check(
      "slow", [gate = gate_] { gate.wait(); }, patient());
  start();
  auto client = connect();

  client.send("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n").stop_sending();
  gate_.wait_until_entered();
  gate_.open();

  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerConnectionsTest, AnswerWithinTheBudgetWhateverACheckDoes) {
  vitals::HealthRegistry health{{.answer_budget = 50ms}};
  health.add_readiness_check("hangs", [gate = gate_] { gate.wait(); }, {.timeout = 50ms});
  TestedServer server{health, {.address = "127.0.0.1", .port = 0}};
  server.start();

  const auto response = http_get(server.port(), "/ready");

  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(http_get(server.port(), "/healthz").status, 200);
  gate_.open();
}

TEST_F(ServerConnectionsTest, DoNotDisturbOneAnother) {
  start();
  std::vector<HttpClient> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(connect());

  for (auto& client : clients) client.send("GET /healthz HTTP/1.1\r\nHo");
  for (auto& client : clients) client.send("st: a\r\n\r\n");

  for (auto& client : clients) EXPECT_EQ(client.read_response().status, 200);
}

TEST_F(ServerConnectionsTest, GetA408WhenTheHeadTakesTooLong) {
  start({.head_timeout = 100ms});

  const auto answer = exchange("GET /healthz HTTP/1.1\r\n");

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(ServerConnectionsTest, AreClosedWithoutAnAnswerWhenTheyStayIdle) {
  start({.idle_timeout = 100ms});
  auto client = connect();

  client.send(get_healthz).read_response();

  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerConnectionsTest, AreEndedWhenThePeerDoesNotReadItsAnswers) {
  start({.write_timeout = 100ms});
  auto client = connect();

  const auto ask_and_never_read = [&] {
    while (true) client.send(get_healthz);
  };

  EXPECT_THROW(ask_and_never_read(), std::runtime_error);
}

}  // namespace
}  // namespace vitals_test
