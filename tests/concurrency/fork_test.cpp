// An application that forks while its server runs: whatever the child does with its copies, the parent isn't affected,
// and the child doesn't hang.

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/http_client.hpp"
#include "support/local_server.hpp"
#include "support/requests.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;

/// Everything that may be in progress when an application forks: a check and a listener are being called.
struct Service {
  Service() {
    check = health->add_readiness_check("queue", [this] { return ++runs > 0; }, {.schedule = vitals::every(10ms)});
    hanging = health->add_readiness_check("hanging", [this] { return hang(); }, {.timeout = 10ms, .critical = false});
    health->add_readiness_check("flag", flag);
    subscription = health->on_change([this](const vitals::HealthEvent&) { hang(); });
    runner = std::make_unique<vitals::Runner>(*health);
    server = std::make_unique<vitals::HealthServer>(*health, local());
    server->start();
    kept = std::make_unique<HttpClient>(server->port());
    kept->send(get_ready);
    kept->read_response();
    eventually([&] { return hung == 2; });
  }
  ~Service() { opening.set_value(); }
  bool hang() {
    ++hung;
    opened.wait();
    return true;
  }

  std::atomic<int> runs = 0;
  std::atomic<int> hung = 0;
  std::promise<void> opening;
  std::shared_future<void> opened = opening.get_future().share();
  std::unique_ptr<vitals::HealthRegistry> health = std::make_unique<vitals::HealthRegistry>();
  vitals::PushedCheck flag{vitals::CheckResult::pass()};
  std::optional<vitals::ScopedCheck> check;
  std::optional<vitals::ScopedCheck> hanging;
  std::optional<vitals::Subscription> subscription;
  std::unique_ptr<vitals::Runner> runner;
  std::unique_ptr<vitals::HealthServer> server;
  std::unique_ptr<HttpClient> kept;
};

/// In static storage, like many servers.
std::unique_ptr<Service> service;

struct InChild {
  std::string name;
  std::function<void()> act;
};

std::ostream& operator<<(std::ostream& stream, const InChild& child) { return stream << child.name; }

class ForkTest : public testing::TestWithParam<InChild> {
 protected:
  ForkTest() { service = std::make_unique<Service>(); }
  ~ForkTest() override { service = nullptr; }

  static void expect_unharmed() {
    EXPECT_EQ(service->kept->send(get_ready).read_response().status, 200) << "on a connection from before";
    EXPECT_EQ(HttpClient{service->server->port()}.send(get_ready).read_response().status, 200);
    const int runs = service->runs;
    EXPECT_TRUE(eventually([&] { return service->runs > runs + 1; })) << "its checks don't run any more";
  }
};

TEST_P(ForkTest, LeavesTheParentUnharmed) {
  Child child{GetParam().act};

  EXPECT_EQ(child.wait(), 0);
  expect_unharmed();
}

INSTANTIATE_TEST_SUITE_P(
    AChildThat, ForkTest,
    testing::Values(InChild{"EndsAtOnce", [] {}}, InChild{"StopsTheServer", [] { service->server->stop(); }},
                    InChild{"StopsTheServerTwice",
                            [] {
                              service->server->stop();
                              service->server->stop();
                            }},
                    InChild{"DestroysTheServer", [] { service->server = nullptr; }},
                    InChild{"DestroysTheRunner", [] { service->runner = nullptr; }},
                    InChild{"DestroysAScopedCheck", [] { service->check.reset(); }},
                    InChild{"DestroysAScopedCheckInACall", [] { service->hanging.reset(); }},
                    InChild{"DestroysASubscriptionInACall", [] { service->subscription.reset(); }},
                    InChild{"DestroysTheRegistry", [] { service->health = nullptr; }},
                    InChild{"DestroysEverything", [] { service = nullptr; }},
                    InChild{"ExitsWithTheServerInStaticStorage", [] { std::exit(0); }},
                    InChild{"BeginsToShutDown", [] { service->health->begin_shutdown("in the child"); }},
                    InChild{"SetsAFlag", [] { service->flag.set(vitals::CheckResult::fail()); }},
                    InChild{"FailsToStartAProgram",
                            [] {
                              execl("/no/such/program", "program", nullptr);
                              std::exit(0);
                            }}),
    [](const auto& each) { return each.param.name; });

TEST_F(ForkTest, AChildThatStopsTheServerClosesItsSockets) {
  const auto port = service->server->port();
  HttpClient stranger{port};

  Child child{[&] {
    const auto before = sockets_of(port);
    service->server->stop();
    _exit(before >= 2 && sockets_of(port) == 0 ? 0 : 1);
  }};

  EXPECT_EQ(child.wait(), 0) << "the listener and the kept connection, at least";
  expect_unharmed();
}

TEST_F(ForkTest, AChildKeepsItsOwnDescriptorsThatHaveTheNumbersOfTheServers) {
  Child child{[] {
    const auto sockets = open_sockets();
    for (const int fd : sockets) close(fd);
    int ends[2];
    while (pipe(ends) == 0 && ends[1] < *sockets.rbegin()) continue;  // they get the same numbers

    service->server->stop();

    for (const int fd : sockets)
      if (fcntl(fd, F_GETFD) < 0) _exit(1);
  }};

  EXPECT_EQ(child.wait(), 0);
  expect_unharmed();
}

TEST_F(ForkTest, AServerThatTheChildStartsAnswers) {
  if (!children_may_have_threads) GTEST_SKIP();
  Child child{[] {
    vitals::HealthRegistry health;
    health.add_readiness_check("own", [] { return true; });
    vitals::HealthServer server{health, local()};
    server.start();
    if (HttpClient{server.port()}.send(get_ready).read_response().status != 200) _exit(1);
    server.stop();
  }};

  EXPECT_EQ(child.wait(), 0);
  expect_unharmed();
}

TEST_F(ForkTest, AChildCannotStartTheParentsServerOrRunItsChecks) {
  Child child{[] {
    const auto refuses = [](auto start) {
      try {
        start();
      } catch (const std::system_error& error) {
        return error.code() == std::errc::operation_not_permitted;
      }
      return false;
    };
    vitals::HealthServer second{*service->health, local()};
    const bool all = refuses([] { service->server->start(); }) && refuses([&] { second.start(); }) &&
                     refuses([] { const vitals::Runner runner{*service->health}; }) && service->health->run_due() == 0;
    _exit(all ? 0 : 1);
  }};

  EXPECT_EQ(child.wait(), 0);
  expect_unharmed();
}

TEST_F(ForkTest, AChildThatKeepsTheListenerDoesNotHoldThePort) {
  const auto port = service->server->port();
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  Child child{[&] {
    close(ends[1]);
    char byte = 0;
    _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);  // until the parent has finished
  }};

  service->server->stop();

  vitals::HealthServer next{*service->health, local(port)};
  EXPECT_NO_THROW(next.start());
  EXPECT_EQ(HttpClient{port}.send(get_ready).read_response().status, 200);
  close(ends[1]);
  EXPECT_EQ(child.wait(), 0);
  close(ends[0]);
}

// A prefork server: objects are made before the processes, and each process starts its own.
TEST(ForkBeforeStartTest, TheChildStartsWhatTheParentHasMade) {
  if (!children_may_have_threads) GTEST_SKIP();
  vitals::HealthRegistry health;
  health.add_readiness_check("database", [] { return true; });
  vitals::HealthServer server{health, local()};

  Child child{[&] {
    server.start();
    if (HttpClient{server.port()}.send(get_ready).read_response().status != 200) _exit(1);
    server.stop();
  }};

  EXPECT_EQ(child.wait(), 0);
  server.start();
  EXPECT_EQ(HttpClient{server.port()}.send(get_ready).read_response().status, 200);
}

TEST(ForkBeforeStartTest, AChildMayRestartWhatTheParentHasStopped) {
  if (!children_may_have_threads) GTEST_SKIP();
  vitals::HealthRegistry health;
  health.add_readiness_check("database", [] { return true; });
  vitals::HealthServer server{health, local()};
  server.start();
  ASSERT_EQ(HttpClient{server.port()}.send(get_ready).read_response().status, 200);
  server.stop();
  ASSERT_TRUE(eventually(others_sleep));

  Child child{[&] {
    vitals::HealthServer own{health, local()};
    own.start();
    if (HttpClient{own.port()}.send(get_ready).read_response().status != 200) _exit(1);
  }};

  EXPECT_EQ(child.wait(), 0);
}

}  // namespace
}  // namespace vitals_test
