#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "support/local_server.hpp"
#include "support/scheduling.hpp"
#include "support/server_fixture.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;

class ServerLifecycleTest : public ServerTest {
 protected:
};

TEST_F(ServerLifecycleTest, ListensOnAFreePortThatItTells) {
  start();

  EXPECT_NE(server_->port(), 0);
  EXPECT_EQ(http_get(server_->port(), "/healthz").status, 200);
}

TEST_F(ServerLifecycleTest, DoesNotListenBeforeStart) {
  vitals::HealthServer server{health_, local()};

  EXPECT_EQ(server.port(), 0);
}

TEST_F(ServerLifecycleTest, TakesIpv4AndIpv6OnOnePort) {
  vitals::HealthServer server{health_, {.port = 0}};
  server.start();

  EXPECT_EQ(http_get(server.port(), "/healthz", "127.0.0.1").status, 200);
  std::optional<HttpClient> v6;
  try {
    v6.emplace(server.port(), "::1");
  } catch (const std::runtime_error&) {
    GTEST_SKIP() << "no IPv6 on this machine";
  }
  EXPECT_EQ(v6->send("GET /healthz HTTP/1.1\r\nHost: [::1]\r\n\r\n").read_response().status, 200);
}

TEST_F(ServerLifecycleTest, NamesAddressAndPortWhenItCannotListen) {
  start();
  vitals::HealthServer second{health_, local(server_->port())};

  try {
    second.start();
    FAIL() << "two servers on one port";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.what(),
              "vitals: can't listen on 127.0.0.1:" + std::to_string(server_->port()) + ": Address already in use");
    EXPECT_EQ(error.code(), std::errc::address_in_use);
  }
  EXPECT_EQ(second.port(), 0);
}

TEST_F(ServerLifecycleTest, ReturnsTheErrorIfACallerPassesOne) {
  start();
  vitals::HealthServer second{health_, local(server_->port())};
  std::error_code error;

  second.start(error);
  EXPECT_EQ(error, std::errc::address_in_use);

  server_->stop();
  second.start(error);
  EXPECT_FALSE(error) << error.message();
  EXPECT_NE(second.port(), 0);
}

TEST_F(ServerLifecycleTest, RunsNoCheckWhenItCannotListen) {
  start();
  std::atomic<bool> ran = false;
  vitals::HealthRegistry other;
  other.add_readiness_check("check", [&] { ran = true; });
  vitals::HealthServer second{other, local(server_->port())};

  EXPECT_THROW(second.start(), std::system_error);

  EXPECT_FALSE(ran);
}

TEST_F(ServerLifecycleTest, RefusesASecondStart) {
  start();
  std::error_code error;
  const auto port = server_->port();

  server_->start(error);

  EXPECT_EQ(error, vitals::Errc::already_started);
  EXPECT_THROW(server_->start(), std::system_error);
  EXPECT_EQ(server_->port(), port);
}

TEST_F(ServerLifecycleTest, RefusesMalformedOptionsAtConstruction) {
  EXPECT_THROW((vitals::HealthServer{health_, {.address = "localhost"}}), std::invalid_argument);
  EXPECT_THROW((vitals::HealthServer{health_, {.endpoint = {.liveness_paths = {"no-slash"}}}}), std::invalid_argument);
  EXPECT_THROW((vitals::HealthServer{health_, {.idle_timeout = 0s}}), std::invalid_argument);
}

TEST_F(ServerLifecycleTest, AnswersAgainAfterStopAndStart) {
  start();

  for (int i = 0; i < 3; ++i) {
    server_->stop();
    EXPECT_EQ(server_->port(), 0);
    server_->start();
    EXPECT_EQ(http_get(server_->port(), "/ready").status, 200);
  }
}

TEST_F(ServerLifecycleTest, StopClosesWhatIsOpen) {
  start();
  auto idle = connect();
  auto busy = connect();
  idle.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").read_response();
  busy.send("GET /he");

  server_->stop();

  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_EQ(busy.read_to_end(), "");
}

TEST_F(ServerLifecycleTest, StopWaitsForNoCheckAndForNoAnswer) {
  add_hanging_check(health_, gate_);
  start();
  auto client = connect();
  client.send("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
  gate_.wait_until_entered();

  server_->stop();

  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerLifecycleTest, StopDoesNotTakeTheSecondThatARunnersEndMayTake) {
  constexpr int rounds = 5;
  std::chrono::steady_clock::duration stopping{};

  for (int i = 0; i < rounds; ++i) {
    const Gate gate;
    vitals::HealthRegistry health{{.answer_budget = 60s}};
    add_hanging_check(health, gate);
    vitals::HealthServer server{health, local()};
    server.start();
    gate.wait_until_entered();
    const auto begin = std::chrono::steady_clock::now();
    server.stop();
    stopping += std::chrono::steady_clock::now() - begin;
    gate.open();
  }

  EXPECT_LT(stopping, rounds * 1s);
}

TEST_F(ServerLifecycleTest, StopIsIdempotentFromManyThreads) {
  start();
  std::vector<std::thread> threads;

  for (int i = 0; i < 8; ++i)
    threads.emplace_back([this] {
      server_->stop();
      EXPECT_EQ(server_->port(), 0);
    });
  for (auto& thread : threads) thread.join();
  server_->stop();

  EXPECT_EQ(server_->port(), 0);
}

TEST_F(ServerLifecycleTest, CanBeStoppedFromInsideACheck) {
  const auto stopped = std::make_shared<std::promise<void>>();
  health_.add_readiness_check(
      "stopper",
      [this, stopped, gate = gate_] {
        gate.wait();
        server_->stop();
        stopped->set_value();
      },
      patient());
  start();

  gate_.open();
  stopped->get_future().wait();

  EXPECT_EQ(server_->port(), 0);
}

TEST_F(ServerLifecycleTest, TwoServersServeOneRegistry) {
  start();
  vitals::HealthServer second{health_, local()};
  second.start();

  EXPECT_EQ(http_get(second.port(), "/healthz").status, 200);
  server_->stop();

  EXPECT_EQ(http_get(second.port(), "/healthz").status, 200);
}

TEST_F(ServerLifecycleTest, OutlivesItsRegistry) {
  std::optional<vitals::HealthRegistry> health;
  health.emplace();
  vitals::HealthServer server{*health, local()};
  server.start();

  health.reset();

  EXPECT_EQ(http_get(server.port(), "/ready").status, 503);
}

TEST_F(ServerLifecycleTest, KeepsAnsweringWhileTheServiceShutsDown) {
  start();

  health_.begin_shutdown("SIGTERM");

  EXPECT_EQ(http_get(server_->port(), "/healthz").status, 200);
  EXPECT_EQ(http_get(server_->port(), "/ready").status, 503);
}

TEST_F(ServerLifecycleTest, SendsConnectionCloseAlsoAfterARestartWhileItDrains) {
  start();
  health_.begin_shutdown("SIGTERM");

  server_->stop();
  server_->start();

  auto client = connect();
  EXPECT_EQ(client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").read_response().header("connection"), "close");
}

#ifdef __linux__

/// How many threads of this process have a time slice of 0.1 ms.
int threads_with_a_short_slice() {
  int threads = 0;
  for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"})
    if (Scheduling{std::stoi(task.path().filename().string())}.slice() == 100'000) ++threads;
  return threads;
}

TEST_F(ServerLifecycleTest, ItsThreadHasAShortSlice) {
  if (Scheduling{}.slice() == 0) GTEST_SKIP() << "This kernel knows no slice of a thread's own.";

  start();
  EXPECT_EQ(http_get(server_->port(), "/healthz").status, 200);

  EXPECT_EQ(threads_with_a_short_slice(), 1);
}

TEST_F(ServerLifecycleTest, ItsThreadHasTheUsualSliceIfTheOptionSaysSo) {
  start({.short_time_slice = false});
  EXPECT_EQ(http_get(server_->port(), "/healthz").status, 200);

  EXPECT_EQ(threads_with_a_short_slice(), 0);
}

#endif

}  // namespace
}  // namespace vitals_test
