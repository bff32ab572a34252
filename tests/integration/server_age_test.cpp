// How the server ends connections that nothing else ends: because of their age, and with unread bytes after the last
// answer.

#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include <gmock/gmock.h>

#include "support/eventually.hpp"
#include "support/requests.hpp"
#include "support/server_fixture.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto age = 100ms;
/// How late the clock of the server's turns may be.
constexpr auto tick = 10ms;

class ServerAgeTest : public ServerTest {
 protected:
  /// Starts a server with a short max_connection_age.
  void start_with_a_short_age() { start({.max_connection_age = age}); }
};

TEST_F(ServerAgeTest, ClosesAnOldConnectionAfterItsNextAnswer) {
  start_with_a_short_age();
  const auto begin = Clock::now();
  auto client = connect();
  HttpResponse response;

  EXPECT_TRUE(eventually([&] {
    response = client.send(get_healthz).read_response();
    return response.header("connection") == "close";
  }));

  EXPECT_GT(Clock::now() - begin, age - tick);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_EQ(server_->limit_counts().old, 1U);
}

TEST_F(ServerAgeTest, ClosesAConnectionThatGrewOldWhileItsAnswerWaitedForACheck) {
  add_hanging_check(health_, gate_);
  start_with_a_short_age();
  auto client = connect();
  client.send("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
  gate_.wait_until_entered();
  const auto begin = Clock::now();
  ASSERT_TRUE(eventually([&] { return Clock::now() - begin > age + 2 * tick; }));

  gate_.open();

  EXPECT_EQ(client.read_response().header("connection"), "close");
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_EQ(server_->limit_counts().old, 1U);
}

TEST_F(ServerAgeTest, CutsOffAPeerThatKeepsSendingAfterItsLastAnswer) {
  start();
  auto client = connect();
  client.send("nonsense\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 400);

  EXPECT_TRUE(eventually([&] {
    try {
      client.send(std::string(65536, 'x'));
    } catch (const std::exception&) {  // the connection was reset
    }
    return server_->limit_counts().cut_off == 1;
  }));
}

TEST_F(ServerAgeTest, CutsOffAPeerThatDoesNotCloseAfterItsLastAnswer) {
  start();
  const auto begin = Clock::now();
  auto client = connect();
  client.send("nonsense\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 400);

  EXPECT_TRUE(eventually([&] { return server_->limit_counts().cut_off == 1; }));

  EXPECT_GT(Clock::now() - begin, 2s - tick);
}

}  // namespace
}  // namespace vitals_test
