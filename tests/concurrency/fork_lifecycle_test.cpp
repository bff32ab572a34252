// An application that forks while its Lifecycle runs.

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "support/child.hpp"
#include "support/eventually.hpp"
#include "support/http_client.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;

vitals::LifecycleOptions quiet() {
  return {.propagation_delay = 0s, .stop_signals = {SIGTERM, SIGUSR1}, .log = [](std::string_view) {}};
}

/// The parent's own handler, installed before its Lifecycle.
void exit_with_42(int) { _exit(42); }

[[noreturn]] void raise_and_wait(int signal) {
  raise(signal);
  for (;;) pause();
}

class ForkLifecycleTest : public testing::Test {
 protected:
  ForkLifecycleTest() {
    std::signal(SIGUSR1, exit_with_42);
    lifecycle_ = std::make_unique<vitals::Lifecycle>(*health_, *server_, quiet());
    driver_ = std::make_unique<std::thread>([this] { status_ = lifecycle_->run(); });
    // run() has started the server, so it is past its first turn.
    eventually([&] { return server_->port() != 0; });
    port_ = server_->port();
    eventually(others_sleep);  // in a child, AddressSanitizer's allocator would stay locked if another thread is in it
  }
  ~ForkLifecycleTest() override {
    EXPECT_EQ(lifecycle_->state(), vitals::LifecycleState::serving) << "a child has ended it";
    EXPECT_EQ(HttpClient{port_}.send("GET /ready HTTP/1.0\r\n\r\n").read_response().status, 200);
    lifecycle_->begin_shutdown("the test is over");
    driver_->join();
    EXPECT_EQ(status_, 0);
    std::signal(SIGUSR1, SIG_DFL);
  }

  std::unique_ptr<vitals::HealthRegistry> health_ = std::make_unique<vitals::HealthRegistry>();
  std::unique_ptr<vitals::HealthServer> server_ =
      std::make_unique<vitals::HealthServer>(*health_, vitals::HealthServerOptions{.address = "127.0.0.1", .port = 0});
  std::unique_ptr<vitals::Lifecycle> lifecycle_;
  std::unique_ptr<std::thread> driver_;
  std::uint16_t port_ = 0;
  int status_ = -1;
};

TEST_F(ForkLifecycleTest, AChildMayDestroyIt) {
  Child child{[&] {
    lifecycle_.reset();
    server_.reset();
    health_.reset();
  }};

  EXPECT_EQ(child.wait(), 0);
}

TEST_F(ForkLifecycleTest, ARequestForTheEndInAChildDoesNotEndTheParent) {
  Child child{[&] {
    lifecycle_->begin_shutdown("in the child");
    lifecycle_->shorten("in the child");
    if (lifecycle_->step() != vitals::SteadyTime::max()) _exit(1);
  }};

  EXPECT_EQ(child.wait(), 0);
}

TEST_F(ForkLifecycleTest, SigtermEndsAChildAsItDidBefore) {
  if (!children_may_have_threads) GTEST_SKIP() << "ThreadSanitizer doesn't deliver signals there";
  Child child{[] { raise_and_wait(SIGTERM); }};

  EXPECT_EQ(child.wait(), Child::by_signal + SIGTERM);
}

TEST_F(ForkLifecycleTest, AnEarlierHandlerIsCalledInAChild) {
  if (!children_may_have_threads) GTEST_SKIP() << "ThreadSanitizer doesn't deliver signals there";
  Child child{[] { raise_and_wait(SIGUSR1); }};

  EXPECT_EQ(child.wait(), 42);
}

TEST_F(ForkLifecycleTest, AChildCannotRunIt) {
  Child child{[&] {
    try {
      lifecycle_->run();
    } catch (const std::system_error& error) {
      _exit(error.code() == std::errc::operation_not_permitted ? 0 : 1);
    }
    _exit(2);
  }};

  EXPECT_EQ(child.wait(), 0);
}

TEST_F(ForkLifecycleTest, ALifecycleOfTheChildHandlesItsSignals) {
  if (!children_may_have_threads) GTEST_SKIP();
  Child child{[&] {
    vitals::HealthRegistry health;
    vitals::Lifecycle own{health, quiet()};
    lifecycle_.reset();
    raise(SIGTERM);
    _exit(own.run());
  }};

  EXPECT_EQ(child.wait(), 0);
}

// A prefork server: each child runs objects that the parent has made, and a signal reaches only the child that it is
// sent to.
TEST(ForkBeforeRunTest, ASignalReachesTheChildThatItWasSentTo) {
  if (!children_may_have_threads) GTEST_SKIP();
  vitals::HealthRegistry health;
  vitals::Lifecycle lifecycle{health, quiet()};
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < 6; ++i)
    children.push_back(std::make_unique<Child>([&] {
      std::atomic<bool> over = false;
      const auto loop = [&] {
        if (write(ends[1], "x", 1) != 1) _exit(1);
        over.wait(false);
      };
      const auto stop_loop = [&] {
        over = true;
        over.notify_one();
      };
      _exit(lifecycle.run({.loop = loop, .stop_loop = stop_loop}));
    }));
  for (std::size_t i = 0; i < children.size(); ++i) {
    char byte = 0;
    ASSERT_EQ(read(ends[0], &byte, 1), 1);
  }

  for (const auto& child : children) {
    kill(child->pid(), SIGTERM);
    EXPECT_EQ(child->wait(), 0);
  }
  close(ends[0]);
  close(ends[1]);
}

// daemon(3) between the construction and run().
TEST(ForkBeforeRunTest, AChildRunsWhatTheParentHasMade) {
  if (!children_may_have_threads) GTEST_SKIP();
  vitals::HealthRegistry health;
  vitals::Lifecycle lifecycle{health, quiet()};

  Child child{[&] {
    lifecycle.on_stop("signal", [] {});
    std::thread asking{[&] {
      eventually([&] { return lifecycle.state() == vitals::LifecycleState::serving; });
      lifecycle.begin_shutdown("in the child");
    }};
    const int status = lifecycle.run();
    asking.join();
    _exit(status);
  }};

  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(lifecycle.state(), vitals::LifecycleState::serving);
}

}  // namespace
}  // namespace vitals_test
