// Which connection makes room when a server has as many connections as it may have.

#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "support/eventually.hpp"
#include "support/log.hpp"
#include "support/requests.hpp"
#include "support/server_fixture.hpp"

namespace vitals_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr int places = 8;
constexpr int reserve = 1;  // of these places

class ServerFullTest : public ServerTest {
 protected:
  void start_small() { start({.log = log_, .max_connections = places}); }
  /// This many connections, each with one answered request.
  std::vector<HttpClient> connect_and_ask(int connections) {
    std::vector<HttpClient> clients;
    for (int i = 0; i < connections; ++i) {
      clients.push_back(connect());
      EXPECT_EQ(clients.back().send(get_healthz).read_response().status, 200);
    }
    return clients;
  }
  std::vector<HttpClient> connect_and_begin_a_head(int connections) {
    std::vector<HttpClient> clients;
    for (int i = 0; i < connections; ++i) clients.push_back(connect());
    for (auto& client : clients) client.send("GET /hea");
    return clients;
  }
  /// Sends probes one after another, each on a new connection that stays open.
  void expect_answers(int probes) {
    for (int i = 0; i < probes; ++i) {
      kept_.push_back(connect());
      EXPECT_EQ(kept_.back().send(get_healthz).read_response().status, 200) << i;
    }
  }

  const Log log_ = {};
  std::vector<HttpClient> kept_;
};

TEST_F(ServerFullTest, ClosesNoConnectionWhileItsReserveIsFree) {
  start_small();

  auto clients = connect_and_ask(places - reserve);

  for (auto& client : clients) EXPECT_EQ(client.send(get_healthz).read_response().status, 200);
}

TEST_F(ServerFullTest, LogsNothingWhileNoConnectionWaits) {
  add_hanging_check(health_, gate_);
  start_small();
  std::vector<HttpClient> clients;
  for (int i = 0; i < places - reserve; ++i) {
    clients.push_back(connect());
    clients.back().send(get_ready);
  }
  gate_.wait_until_entered();

  gate_.open();

  for (auto& client : clients) EXPECT_EQ(client.read_response().status, 200);
  EXPECT_THAT(log_.lines(), IsEmpty());
}

TEST_F(ServerFullTest, TakesTheLongestIdleConnectionForANewOne) {
  start_small();
  auto clients = connect_and_ask(places - reserve);
  for (int i = 1; i < places - reserve; ++i) EXPECT_EQ(clients[1].send(get_healthz).read_response().status, 200);

  expect_answers(1);

  EXPECT_EQ(clients[0].read_to_end(), "");
  for (std::size_t i = 1; i < places - reserve; ++i)
    EXPECT_EQ(clients[i].send(get_healthz).read_response().status, 200);
}

TEST_F(ServerFullTest, AnswersProbesWhileIdleConnectionsFillIt) {
  start_small();
  const auto clients = connect_and_ask(places);

  expect_answers(10);

  EXPECT_TRUE(eventually([&] { return !log_.lines().empty(); }));
  EXPECT_THAT(log_.lines(), ElementsAre(HasSubstr("to make room for another")));
}

TEST_F(ServerFullTest, AnswersProbesBesideUnfinishedHeads) {
  start_small();
  const auto clients = connect_and_begin_a_head(places - 1);

  expect_answers(10);
}

TEST_F(ServerFullTest, AnswersProbesWhileUnfinishedHeadsFillIt) {
  start_small();
  const auto clients = connect_and_begin_a_head(places);

  expect_answers(10);

  EXPECT_TRUE(eventually([&] { return !log_.lines().empty(); }));
  EXPECT_THAT(log_.lines(), ElementsAre(HasSubstr("to make room for another")));
}

TEST_F(ServerFullTest, TakesAnIdleConnectionRatherThanAnUnfinishedHead) {
  start_small();
  auto client = connect();
  client.send(get_healthz + "GET /healthz HTTP/1.1\r\n").read_response();
  const auto others = connect_and_ask(places - 1);

  expect_answers(1);

  EXPECT_EQ(client.send("Host: a\r\n\r\n").read_response().status, 200);
}

TEST_F(ServerFullTest, AnswersProbesWhileRefusedRequestsFillIt) {
  start_small();
  std::vector<HttpClient> clients;
  for (int i = 0; i < places; ++i) {
    clients.push_back(connect());
    EXPECT_EQ(clients.back().send("nonsense\r\n\r\n").read_response().status, 400);
  }

  expect_answers(1);

  EXPECT_TRUE(eventually([&] { return log_.lines().size() == 2; }));
  EXPECT_THAT(log_.lines(), ElementsAre(HasSubstr("(400 or 505)"), HasSubstr("to make room for another")));
}

TEST_F(ServerFullTest, AnswersProbesWhilePeersThatReadNothingFillIt) {
  for (int i = 0; i < 100; ++i)
    health_.add_readiness_check("flag-" + std::to_string(i),
                                vitals::PushedCheck{vitals::CheckResult::warn(std::string(1000, 'x'))});
  start({.endpoint = {.details = vitals::Callers::anyone}, .max_connections = places});
  std::string requests;
  for (int i = 0; i < 150; ++i) requests += "GET /ready?verbose HTTP/1.1\r\nHost: a\r\n\r\n";
  std::vector<HttpClient> clients;
  for (int i = 0; i < places; ++i) clients.push_back(connect());
  for (auto& client : clients) client.send(requests);

  expect_answers(1);
}

TEST_F(ServerFullTest, KeepsConnectionsThatWaitForRuns) {
  VITALS_SKIP_WITH_WIRE("the client's handshake waits for the server");
  add_hanging_check(health_, gate_);
  start_small();
  std::vector<HttpClient> clients;
  for (int i = 0; i < places; ++i) {
    clients.push_back(connect());
    clients.back().send(get_ready);
  }
  gate_.wait_until_entered();
  auto probe = connect();

  probe.send(get_healthz);
  while (log_.lines().empty() && !probe.has_input()) std::this_thread::yield();  // logged if nothing makes room
  gate_.open();

  for (auto& client : clients) EXPECT_EQ(client.read_response().status, 200);
  EXPECT_EQ(probe.read_response().status, 200);
}

}  // namespace
}  // namespace vitals_test
