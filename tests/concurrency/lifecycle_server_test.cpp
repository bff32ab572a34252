// run() and its server: who starts it.

#include <atomic>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include <vitals/server.hpp>
#include <vitals/testing/fetch.hpp>

#include "concurrency/lifecycle_run_fixture.hpp"
#include "support/eventually.hpp"

namespace vitals_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using vitals::HealthServer;
using vitals::Lifecycle;
using vitals::LifecycleOptions;
using vitals::LifecycleState;

class LifecycleGivenServerTest : public LifecycleRunTest {
 protected:
  /// Options that record the lines about the server.
  LifecycleOptions options(std::vector<int> signals = {}) {
    auto options = record_.options(0s, std::move(signals));
    options.log = [this](std::string_view line) {
      if (line.find("the server") == std::string_view::npos) return;
      const std::lock_guard lock{mutex_};
      lines_.emplace_back(line);
    };
    return options;
  }
  std::vector<std::string> lines() {
    const std::lock_guard lock{mutex_};
    return lines_;
  }

  HealthServer server_{health_, {.address = "127.0.0.1", .port = 0}};

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

TEST_F(LifecycleGivenServerTest, IsStartedIfItWasNotAndThatIsLogged) {
  Lifecycle lifecycle{health_, server_, options()};
  auto end = run(lifecycle);
  EXPECT_TRUE(eventually([&] { return server_.port() != 0; }));
  const auto port = server_.port();

  const auto answer = vitals::test::fetch(port, "/healthz");
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(end.get(), 0);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(server_.port(), 0) << "and it stops";
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("vitals: lifecycle: the server wasn't running; run() started it on "
                                             "port " +
                                             std::to_string(port))));
}

TEST_F(LifecycleGivenServerTest, IsStartedBeforeTheLoop) {
  Lifecycle lifecycle{health_, server_, options()};
  std::uint16_t port = 0;

  EXPECT_EQ(lifecycle.run({.loop = [&] { port = server_.port(); }, .stop_loop = [] {}}), 0);

  EXPECT_NE(port, 0);
}

TEST_F(LifecycleGivenServerTest, IsLeftAloneIfItRuns) {
  server_.start();
  const auto port = server_.port();
  Lifecycle lifecycle{health_, server_, options()};
  std::uint16_t port_in_loop = 0;

  EXPECT_EQ(lifecycle.run({.loop = [&] { port_in_loop = server_.port(); }, .stop_loop = [] {}}), 0);

  EXPECT_EQ(port_in_loop, port);
  EXPECT_THAT(lines(), ElementsAre());
}

TEST_F(LifecycleGivenServerTest, IsNotStartedOnceTheServiceEnds) {
  Lifecycle lifecycle{health_, server_, options()};
  std::uint16_t port = 0;
  lifecycle.on_stop("worker", [&] { port = server_.port(); });
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(lifecycle.run(), 0);

  EXPECT_EQ(port, 0);
  EXPECT_THAT(lines(), ElementsAre());
}

TEST_F(LifecycleGivenServerTest, IsNotStartedAfterASignal) {
  Lifecycle lifecycle{health_, server_, options({SIGTERM})};
  std::uint16_t port = 0;
  lifecycle.on_stop("worker", [&] { port = server_.port(); });
  raise(SIGTERM);

  EXPECT_EQ(lifecycle.run(), 0);

  EXPECT_EQ(port, 0);
}

TEST_F(LifecycleGivenServerTest, ThatCanNotStartMakesRunThrowAsStartDoes) {
  server_.start();
  HealthServer second{health_, {.address = "127.0.0.1", .port = server_.port()}};
  Lifecycle lifecycle{health_, second, options()};
  std::string words;

  try {
    lifecycle.run();
  } catch (const std::system_error& error) {
    words = error.what();
  }

  EXPECT_EQ(words, "vitals: can't listen on 127.0.0.1:" + std::to_string(server_.port()) + ": Address already in use");
  EXPECT_EQ(lifecycle.state(), LifecycleState::serving);
}

TEST_F(LifecycleGivenServerTest, OfTheApplicationIsNotStarted) {
  struct {
    void start() { started = true; }
    void stop() {}
    [[nodiscard]] static std::uint16_t port() { return 0; }
    std::atomic<bool> started = false;
  } own;
  Lifecycle lifecycle{health_, own, options()};

  EXPECT_EQ(lifecycle.run({.loop = [] {}, .stop_loop = [] {}}), 0);

  EXPECT_FALSE(own.started);
}

TEST_F(LifecycleGivenServerTest, IsNotStartedByStep) {
  Lifecycle lifecycle{health_, server_, options()};

  lifecycle.step();

  EXPECT_EQ(server_.port(), 0);
}

}  // namespace
}  // namespace vitals_test
