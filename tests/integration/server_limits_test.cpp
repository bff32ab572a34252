// Each limit of a server: requests within it are served; what exceeds it is refused, counted and logged.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "support/eventually.hpp"
#include "support/log.hpp"
#include "support/requests.hpp"
#include "support/server_fixture.hpp"
#include "support/unaccepted_client.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using vitals::LimitCounts;

/// A request whose head has `size` bytes.
std::string request_of(std::size_t size) {
  const std::string begin = "GET /healthz HTTP/1.0\r\nSecret: ";
  return begin + std::string(size - begin.size() - 4, 'x') + "\r\n\r\n";
}

std::string request_with_target_of(std::size_t size) {
  const std::string path = "/healthz?secret=";
  return "GET " + path + std::string(size - path.size(), 'x') + " HTTP/1.0\r\n\r\n";
}

std::string request_with_fields(int fields) {
  std::string request = "GET /healthz HTTP/1.0\r\n";
  for (int i = 0; i < fields; ++i) request += "Secret: " + std::to_string(i) + "\r\n";
  return request + "\r\n";
}

std::uint64_t total(const LimitCounts& counts) {
  return counts.malformed + counts.long_targets + counts.long_heads + counts.many_fields + counts.slow_heads +
         counts.silent + counts.idle + counts.slow_readers + counts.made_room + counts.not_accepted;
}

std::string many_times(std::string_view request) {
  std::string requests;
  for (int i = 0; i < 150; ++i) requests += request;
  return requests;
}

class ServerLimitsTest : public ServerTest {
 protected:
  using Count = std::uint64_t LimitCounts::*;

  void start(vitals::HealthServerOptions options = {}) {
    options.log = log_;
    ServerTest::start(std::move(options));
  }
  /// Answers to `get_all` have 100 kB: the kernel can't buffer a hundred of them for a peer that doesn't read.
  void start_with_much_to_tell(vitals::HealthServerOptions options = {}) {
    for (int i = 0; i < 100; ++i)
      health_.add_readiness_check("flag-" + std::to_string(i),
                                  vitals::PushedCheck{vitals::CheckResult::warn(std::string(1000, 'x'))});
    options.endpoint.details = vitals::Callers::anyone;
    start(std::move(options));
  }

  void expect_service(const std::string& request) {
    EXPECT_THAT(exchange(request), StartsWith("HTTP/1.1 200 "));
    EXPECT_EQ(total(server_->limit_counts()), 0U);
  }
  /// Expects that the bytes get this answer and then the end of the connection, and that the answer repeats none of
  /// them.
  void expect_refusal(const std::string& bytes, int status, Count limit) {
    const auto answer = exchange(bytes);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + std::to_string(status) + ' '));
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(answer, Not(HasSubstr("ecret")));
    EXPECT_EQ(count(answer, "HTTP/1.1 "), 1);
    expect_counted(limit);
  }
  /// Expects that this limit was exceeded once, and no other.
  void expect_counted(Count limit) {
    EXPECT_TRUE(eventually([&] { return server_->limit_counts().*limit == 1; })) << server_->limit_counts().*limit;
    EXPECT_EQ(total(server_->limit_counts()), 1U);
  }

  const Log log_ = {};
};

TEST_F(ServerLimitsTest, TakeATargetThatIsAsLongAsAllowed) {
  start({.max_target_size = 64});

  expect_service(request_with_target_of(64));
}

TEST_F(ServerLimitsTest, RefuseALongerTargetWith414) {
  start({.max_target_size = 64});

  expect_refusal(request_with_target_of(65) + get_healthz, 414, &LimitCounts::long_targets);
}

TEST_F(ServerLimitsTest, TakeAHeadThatIsAsLongAsAllowed) {
  start({.max_head_size = 256});

  expect_service(request_of(256));
}

TEST_F(ServerLimitsTest, RefuseALongerHeadWith431) {
  start({.max_head_size = 256});

  expect_refusal(request_of(257) + get_healthz, 431, &LimitCounts::long_heads);
}

TEST_F(ServerLimitsTest, TakeAsManyHeaderFieldsAsAllowed) {
  start({.max_header_fields = 4});

  expect_service(request_with_fields(4));
}

TEST_F(ServerLimitsTest, RefuseMoreHeaderFieldsWith431) {
  start({.max_header_fields = 4});

  expect_refusal(request_with_fields(5) + get_healthz, 431, &LimitCounts::many_fields);
}

TEST_F(ServerLimitsTest, TakeABodyOfAnySize) {
  start();

  for (const std::string size : {"0", "6", "9999999999999999999"})
    expect_service("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " + size +
                   "\r\n\r\nsecret" + get_healthz);
}

TEST_F(ServerLimitsTest, RefuseWhatIsMalformedWith400) {
  start();

  expect_refusal("GET /healthz HTTP/1.1\r\nHost: a\r\nSecret : 1\r\n\r\n" + get_healthz, 400, &LimitCounts::malformed);
}

TEST_F(ServerLimitsTest, RefuseAnotherVersionWith505) {
  start();

  expect_refusal("GET /healthz HTTP/2.0\r\n\r\n" + get_healthz, 505, &LimitCounts::malformed);
}

TEST_F(ServerLimitsTest, EndAHeadThatTakesTooLongWith408) {
  start({.head_timeout = 100ms});

  expect_refusal("GET /healthz HTTP/1.1\r\nSecret: 1", 408, &LimitCounts::slow_heads);
}

TEST_F(ServerLimitsTest, EndAHeadThatTakesTooLongAlthoughItsBytesKeepComing) {
  start({.max_head_size = 65536, .head_timeout = 100ms});
  auto client = connect();
  client.send("GET /healthz HTTP/1.1\r\n");

  while (!client.wait_for_input(5ms)) client.send("x");

  EXPECT_EQ(client.read_response().status, 408);
  expect_counted(&LimitCounts::slow_heads);
}

TEST_F(ServerLimitsTest, CloseASilentConnectionWithoutAnAnswer) {
  start({.first_byte_timeout = 100ms});

  EXPECT_EQ(exchange(""), "");

  expect_counted(&LimitCounts::silent);
}

TEST_F(ServerLimitsTest, KeepAConnectionWhoseFirstBytesCameInTime) {
  start({.first_byte_timeout = 500ms});
  auto client = connect();
  client.send("GET /healthz");

  EXPECT_EQ(exchange(""), "");  // a later connection, closed because it is silent

  EXPECT_EQ(client.send(" HTTP/1.1\r\nHost: a\r\n\r\n").read_response().status, 200);
}

TEST_F(ServerLimitsTest, CloseAnIdleConnectionWithoutAnAnswer) {
  start({.idle_timeout = 100ms});
  auto client = connect();

  client.send(get_healthz).read_response();

  EXPECT_EQ(client.read_to_end(), "");
  expect_counted(&LimitCounts::idle);
}

TEST_F(ServerLimitsTest, CloseAConnectionWhosePeerNeverReads) {
  start_with_much_to_tell({.write_timeout = 100ms});
  auto client = connect();

  client.send(many_times(get_all));

  expect_counted(&LimitCounts::slow_readers);
  client.read_to_end();
}

TEST_F(ServerLimitsTest, GiveAPeerThatReadsLateAllItsAnswers) {
  start_with_much_to_tell({.first_byte_timeout = 100ms});
  auto client = connect();

  client.send(many_times(get_all));
  EXPECT_EQ(exchange(""), "");  // a later connection, closed because it is silent

  for (int i = 0; i < 150; ++i) ASSERT_EQ(client.read_response().status, 200) << i;
  expect_counted(&LimitCounts::silent);
}

TEST_F(ServerLimitsTest, CountConnectionsThatMakeRoom) {
  start({.max_connections = 8});
  std::vector<HttpClient> clients;

  for (int i = 0; i < 20; ++i) {
    clients.push_back(connect());
    EXPECT_EQ(clients.back().send(get_healthz).read_response().status, 200);
  }

  EXPECT_TRUE(eventually([&] { return server_->limit_counts().made_room >= 12; }));
  EXPECT_EQ(clients.front().read_to_end(), "");
}

TEST_F(ServerLimitsTest, CountConnectionsThatLackADescriptor) {
  VITALS_SKIP_WITH_WIRE("the client's handshake waits for the server");
  add_hanging_check(health_, gate_);
  start();
  UnacceptedClient client{server_->port()};

  client->send(get_healthz);

  EXPECT_TRUE(eventually([&] { return server_->limit_counts().not_accepted > 0; }));
  client.free_descriptors();
  EXPECT_EQ(client->read_response().status, 200);
}

TEST_F(ServerLimitsTest, AnswerPipelinedRequestsInOrderHoweverManyTurnsTheyTake) {
  start({.pipelined_per_turn = 3});
  auto client = connect();
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += get_healthz + "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n";

  client.send(requests);

  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(client.read_response().status, 200) << i;
    ASSERT_EQ(client.read_response().status, 404) << i;
  }
}

TEST_F(ServerLimitsTest, AcceptEverybodyHoweverManyTurnsItTakes) {
  start({.accepts_per_turn = 1});
  std::vector<HttpClient> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(connect());

  for (auto& client : clients) client.send(get_healthz);

  for (auto& client : clients) EXPECT_EQ(client.read_response().status, 200);
}

TEST_F(ServerLimitsTest, AreLoggedOnceEachHoweverOftenTheyAreMet) {
  start({.max_target_size = 64});

  for (int i = 0; i < 20; ++i) (void)exchange(request_with_target_of(65));
  for (int i = 0; i < 20; ++i) (void)exchange(request_with_fields(101));
  (void)exchange("nonsense\r\n\r\n");

  EXPECT_TRUE(eventually([&] { return log_.lines().size() >= 3; }));  // the last line comes after all others
  EXPECT_THAT(log_.lines(), SizeIs(3));
  EXPECT_THAT(log_.lines(), Each(AllOf(StartsWith("vitals: "), Not(HasSubstr("ecret")))));
  EXPECT_EQ(server_->limit_counts().long_targets, 20U);
  EXPECT_EQ(server_->limit_counts().many_fields, 20U);
}

}  // namespace
}  // namespace vitals_test
