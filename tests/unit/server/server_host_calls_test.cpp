// A server calls its host once for everything that has happened since its last turn, however many requests that is: so
// anything that can wait for a descriptor can be the host.

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/runner.hpp>
#include <vitals/server.hpp>

#include "core/state/registry_state.hpp"
#include "server/acceptor.hpp"
#include "server/listen_socket.hpp"
#include "support/eventually.hpp"
#include "support/fake_host.hpp"
#include "support/http_client.hpp"
#include "support/program.hpp"
#include "support/unix_http.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;

/// A server on a UNIX socket, where sent bytes have arrived at once. It does nothing unless the test gives its host a
/// turn.
class HostCallsTest : public testing::Test {
 protected:
  HostCallsTest() {
    health_.add_readiness_check("database", [] { return true; },
                                {.schedule = vitals::on_demand(1h), .stale_after = 2h});
    health_.run_due();
    service_->clock = &now;
    acceptor_.start();
  }
  ~HostCallsTest() override {
    acceptor_.close();
    host_->close();
  }

  /// Clients that have connected and sent the same request; none is accepted yet.
  [[nodiscard]] std::vector<HttpClient> connect(int count, const std::string& request) const {
    std::vector<HttpClient> clients;
    for (int i = 0; i < count; ++i) {
      clients.push_back(http_client_at(path_));
      clients.back().send(request);
    }
    return clients;
  }
  /// Clients that have had one answer each and stay connected.
  [[nodiscard]] std::vector<HttpClient> connect_and_stay(int count) const {
    std::vector<HttpClient> clients;
    for (int i = 0; i < count; ++i) {
      clients.push_back(std::move(connect(1, get("/ready")).front()));
      take_all_turns();
    }
    for (auto& client : clients) EXPECT_EQ(client.read_response().header("connection"), "none");
    return clients;
  }
  /// Runs turns until nothing more happens.
  void take_all_turns() const {
    while (host_->turn() > 0) {
    }
  }
  /// The server's calls in one turn.
  [[nodiscard]] HostCalls calls_in_a_turn() const {
    const auto before = host_->calls();
    EXPECT_LE(host_->turn(), 1) << "one descriptor for all of them";
    return host_->calls() - before;
  }

  static std::string get(const std::string& target, const std::string& field = {}) {
    return "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + field + "\r\n";
  }
  static vitals::SteadyTime now() noexcept { return vitals::SteadyTime{1h}; }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.path() / "health.sock";
  vitals::HealthRegistry health_{{.answer_budget = 60s}};
  const vitals::detail::Answers answers_{vitals::detail::state_of(health_), {}};
  vitals::detail::Limits limits_;
  vitals::detail::RequestCounts counts_;
  const vitals::HealthServerOptions options_ = {.address = "unix:" + path_};
  const std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>(&now);
  const std::shared_ptr<vitals::detail::Service> service_ =
      std::make_shared<vitals::detail::Service>(host_, answers_, limits_, counts_, options_, [](const std::string&) {});
  vitals::detail::Acceptor acceptor_{service_, vitals::detail::listen_or_throw(options_)};
};

class KeptConnectionsTest : public HostCallsTest, public testing::WithParamInterface<std::tuple<int, int>> {};

INSTANTIATE_TEST_SUITE_P(Of, KeptConnectionsTest,
                         testing::Combine(testing::Values(1, 8, 200), testing::Values(1, 3, 16)), [](const auto& each) {
                           return std::to_string(std::get<0>(each.param)) + "ClientsWith" +
                                  std::to_string(std::get<1>(each.param)) + "RequestsEach";
                         });

TEST_P(KeptConnectionsTest, AreWaitedForOncePerTurn) {
  const auto [connections, requests] = GetParam();
  const std::vector<std::string> targets = {"/ready", "/ready/database", "/healthz?verbose", "/nowhere"};
  auto clients = connect_and_stay(connections);
  for (auto& client : clients)
    for (int i = 0; i < requests; ++i) client.send(get(targets[static_cast<std::size_t>(i) % targets.size()]));

  EXPECT_EQ(calls_in_a_turn(), (HostCalls{.begun = 1, .asked = 1}));

  for (auto& client : clients)
    for (int i = 0; i < requests; ++i) EXPECT_EQ(client.read_response().status, i % 4 == 3 ? 404 : 200);
}

class NewcomersTest : public HostCallsTest, public testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(Of, NewcomersTest, testing::Values(1, 8, 63), testing::PrintToStringParamName());

TEST_P(NewcomersTest, ThatCloseAfterTheirAnswerAreWaitedForOncePerTurn) {
  auto clients = connect(GetParam(), get("/ready", "Connection: close\r\n"));

  EXPECT_EQ(calls_in_a_turn(), (HostCalls{.begun = 1, .asked = 2})) << "asked of the listener and of its pause";

  for (auto& client : clients) EXPECT_EQ(client.read_response().status, 200);
}

class WaitingRequestsTest : public HostCallsTest, public testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(Of, WaitingRequestsTest, testing::Values(1, 8, 200), testing::PrintToStringParamName());

TEST_P(WaitingRequestsTest, WakeTheHostOnceWhenTheirCheckEnds) {
  auto clients = connect_and_stay(GetParam());
  const vitals::Runner runner{health_};
  const auto started = std::make_shared<std::promise<vitals::CheckCompletion>>();
  health_.add_readiness_check(
      "slow",
      [started](const vitals::CheckContext&, vitals::CheckCompletion done) { started->set_value(std::move(done)); },
      {.timeout = 60s, .schedule = vitals::on_demand(1h), .stale_after = 2h});
  for (auto& client : clients) client.send(get("/ready"));
  ASSERT_EQ(calls_in_a_turn(), (HostCalls{.begun = 1, .asked = 1}));
  auto run = started->get_future();
  ASSERT_EQ(run.wait_for(30s), std::future_status::ready);
  const auto done = run.get();
  const auto before = host_->calls();

  done(vitals::CheckResult::pass());

  ASSERT_TRUE(eventually([&] { return (host_->calls() - before).posted == GetParam(); }));
  EXPECT_EQ((host_->calls() - before).woken, 1);
  EXPECT_EQ(calls_in_a_turn(), HostCalls{});

  for (auto& client : clients) EXPECT_EQ(client.read_response().status, 200);
}

}  // namespace
}  // namespace vitals_test
