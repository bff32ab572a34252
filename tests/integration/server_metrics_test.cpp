// /metrics, and large bodies that slow readers share.

#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "support/server_fixture.hpp"

namespace vitals_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using vitals::Callers;
using vitals::CheckResult;

class ServerMetricsTest : public ServerTest {
 protected:
  ServerMetricsTest() { health_.add_readiness_check("database", database_); }

  [[nodiscard]] std::string metrics() const { return http_get(server_->port(), "/metrics").body; }

  vitals::PushedCheck database_{CheckResult::pass()};
};

TEST_F(ServerMetricsTest, AreServedByDefault) {
  start();

  const auto reply = http_get(server_->port(), "/metrics");

  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(reply.body, HasSubstr("\nvitals_check_up{probe=\"readiness\",check=\"database\"} 1\n"));
  EXPECT_THAT(reply.body, HasSubstr("\nvitals_in_flight_work 0\n"));
}

TEST_F(ServerMetricsTest, FollowTheChecks) {
  start();
  (void)metrics();

  database_.set(CheckResult::fail("refused"));

  EXPECT_THAT(metrics(), AllOf(HasSubstr("\nvitals_check_up{probe=\"readiness\",check=\"database\"} 0\n"),
                               HasSubstr("\nvitals_probe_up{probe=\"readiness\"} 0\n")));
}

TEST_F(ServerMetricsTest, CountAnswersByProbeAndCode) {
  start();
  for (int i = 0; i < 3; ++i) (void)http_get(server_->port(), "/ready");
  database_.set(CheckResult::fail("refused"));
  (void)http_get(server_->port(), "/ready");
  (void)http_get(server_->port(), "/healthz?verbose");
  (void)http_get(server_->port(), "/health");
  (void)http_get(server_->port(), "/nowhere");
  (void)exchange("nonsense\r\n\r\n");

  const auto text = metrics();

  for (const auto* sample : {"{probe=\"readiness\",code=\"200\"} 3\n", "{probe=\"readiness\",code=\"503\"} 1\n",
                             "{probe=\"liveness\",code=\"200\"} 1\n", "{probe=\"all\",code=\"503\"} 1\n",
                             "{probe=\"none\",code=\"404\"} 1\n", "{probe=\"none\",code=\"400\"} 1\n"})
    EXPECT_THAT(text, HasSubstr(std::string{"\nvitals_server_requests_total"} + sample));
  EXPECT_THAT(text, HasSubstr("\nvitals_server_limits_total{limit=\"malformed\"} 1\n"));
}

TEST_F(ServerMetricsTest, HaveNoChecksForCallersThatMayNotSeeNames) {
  start({.endpoint = {.names = Callers::nobody}});

  EXPECT_THAT(metrics(), AllOf(Not(HasSubstr("vitals_check")), HasSubstr("vitals_probe_up")));
}

TEST_F(ServerMetricsTest, AreAtThePathsThatAreSetAndForWhomTheyAreSet) {
  start({.metrics_paths = {"/m"}});
  EXPECT_EQ(http_get(server_->port(), "/metrics").status, 404);
  EXPECT_EQ(http_get(server_->port(), "/m").status, 200);

  start({.metrics_paths = {}});
  EXPECT_EQ(http_get(server_->port(), "/metrics").status, 404);

  start({.metrics_callers = Callers::nobody});
  EXPECT_EQ(http_get(server_->port(), "/metrics").status, 404);
}

TEST_F(ServerMetricsTest, AreRefusedAtAPathThatIsTaken) {
  try {
    start({.endpoint = {.routes = {{"/metrics", [] { return "mine"; }}}}});
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(
        error.what(),
        "vitals: HealthServerOptions::metrics_paths: \"/metrics\" must be given only once, in one list or route");
  }
}

/// A thousand checks: more than a socket's buffer takes at once. A slow machine may read for long.
class ServerLargeBodiesTest : public ServerTest {
 protected:
  ServerLargeBodiesTest() {
    for (int i = 0; i < 1000; ++i) {
      checks_.emplace_back(CheckResult::pass());
      health_.add_readiness_check("check-with-a-rather-long-name-" + std::to_string(i), checks_.back());
    }
    start({.write_timeout = std::chrono::minutes{10}});
  }

  /// More than sockets take at once, and nothing is read yet.
  static constexpr int requests = 200;
  [[nodiscard]] HttpClient slow_reader(const std::string& target) const {
    HttpClient client{server_->port(), "127.0.0.1", 4096};
    for (int i = 0; i < requests; ++i) client.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client;
  }

  std::vector<vitals::PushedCheck> checks_;
};

TEST_F(ServerLargeBodiesTest, ReachSlowReadersWhole) {
  for (const std::string target : {"/health", "/ready?verbose"}) {
    auto slow = slow_reader(target);
    const auto expected = http_get(server_->port(), target).body;

    EXPECT_GT(expected.size(), 30'000U);
    for (int i = 0; i < requests; ++i) ASSERT_EQ(slow.read_response().body, expected) << target << i;
  }
}

// The first ones were begun before the change; then all are those of after it.
TEST_F(ServerLargeBodiesTest, ReachThemWholeWhenTheyHaveBecomeOutdated) {
  const auto before = http_get(server_->port(), "/ready?verbose").body;
  auto slow = slow_reader("/ready?verbose");
  EXPECT_EQ(slow.read_response().body, before);

  checks_.front().set(CheckResult::fail());
  const auto after = http_get(server_->port(), "/ready?verbose").body;

  EXPECT_NE(after, before);
  bool changed = false;
  for (int i = 1; i < requests; ++i) {
    const auto body = slow.read_response().body;
    changed = changed || body == after;
    ASSERT_EQ(body, changed ? after : before) << i;
  }
  EXPECT_TRUE(changed);
}

// Each is complete and of one moment, whichever that is.
TEST_F(ServerLargeBodiesTest, OfMetricsReachSlowReadersWhole) {
  auto first = slow_reader("/metrics");
  auto second = slow_reader("/metrics");
  for (int i = 0; i < 20; ++i) {
    checks_[static_cast<std::size_t>(i)].set(CheckResult::fail());
    EXPECT_EQ(http_get(server_->port(), "/metrics").status, 200);
  }

  for (auto* const client : {&first, &second})
    for (int i = 0; i < requests; ++i) ASSERT_EQ(count(client->read_response().body, "\nvitals_check_up{"), 1000) << i;
}

TEST_F(ServerLargeBodiesTest, HaveNoneForHead) {
  auto client = connect();

  const auto head = client.send("HEAD /ready?verbose HTTP/1.1\r\nHost: localhost\r\n\r\n").read_response(true);

  EXPECT_EQ(head.header("content-length"), std::to_string(http_get(server_->port(), "/ready?verbose").body.size()));
  EXPECT_EQ(client.send("GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n").read_response().body, "OK");
}

}  // namespace
}  // namespace vitals_test
