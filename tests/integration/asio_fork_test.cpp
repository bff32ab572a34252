// An application that forks while a HostedServer runs on its context, with Asio's fork notifications and without.

#include <chrono>
#include <memory>
#include <thread>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <vitals/asio.hpp>
#include <vitals/vitals.hpp>

#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/http_client.hpp"
#include "support/requests.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using boost::asio::io_context;

class HostedForkTest : public testing::Test {
 protected:
  HostedForkTest() {
    health_->add_readiness_check("loop", vitals::run_on(*io_, [] { return true; }),
                                 {.timeout = 10s, .schedule = vitals::every(10s)});
    server_ = make_server();
    server_->start();
    port_ = server_->port();
    start_loop();
    kept_ = std::make_unique<HttpClient>(port_);
    kept_->send(get_ready).read_response();
  }
  ~HostedForkTest() override { stop_loop(); }

  [[nodiscard]] std::unique_ptr<vitals::HostedServer> make_server() {
    return std::make_unique<vitals::HostedServer>(*io_, *health_,
                                                  vitals::HealthServerOptions{.address = "127.0.0.1", .port = 0});
  }
  void start_loop() {
    io_->restart();
    loop_ = std::thread{[io = io_.get()] { io->run(); }};
  }
  void stop_loop() {
    io_->stop();
    loop_.join();
  }
  /// Follows Asio's rules: nothing runs the loop or uses its objects while the process forks.
  template <class Work>
  int in_child_by_the_rules(Work work) {
    stop_loop();
    io_->notify_fork(io_context::fork_prepare);
    Child child{[&] {
      io_->notify_fork(io_context::fork_child);
      work();
    }};
    io_->notify_fork(io_context::fork_parent);
    start_loop();
    return child.wait();
  }
  void expect_unharmed() {
    EXPECT_EQ(kept_->send(get_ready).read_response().status, 200) << "on a connection from before";
    EXPECT_EQ(HttpClient{port_}.send(get_ready).read_response().status, 200);
  }

  std::unique_ptr<vitals::HealthRegistry> health_ =
      std::make_unique<vitals::HealthRegistry>(vitals::RegistryOptions{.answer_budget = 60s});
  std::unique_ptr<io_context> io_ = std::make_unique<io_context>();
  std::unique_ptr<vitals::HostedServer> server_;
  std::uint16_t port_ = 0;
  std::thread loop_;
  std::unique_ptr<HttpClient> kept_;
};

TEST_F(HostedForkTest, AChildMayStopTheServer) {
  Child child{[&] { server_->stop(); }};

  EXPECT_EQ(child.wait(), 0);
  expect_unharmed();
}

TEST_F(HostedForkTest, AChildMayDestroyEverythingInAnyOrder) {
  Child server_first{[&] {
    server_.reset();
    io_.reset();
    health_.reset();
  }};
  Child context_first{[&] {
    io_.reset();
    health_.reset();
    server_.reset();
  }};

  EXPECT_EQ(server_first.wait(), 0);
  EXPECT_EQ(context_first.wait(), 0);
  expect_unharmed();
}

TEST_F(HostedForkTest, AChildThatWasNotifiedHasNoneOfItsSocketsAnyMore) {
  const int status = in_child_by_the_rules([&] { _exit(sockets_of(port_) == 0 ? 0 : 1); });

  EXPECT_EQ(status, 0);
  expect_unharmed();
}

TEST_F(HostedForkTest, AChildThatWasNotifiedMayRunTheLoopAndEndEverything) {
  const int status = in_child_by_the_rules([&] {
    io_->restart();
    io_->poll();
    server_.reset();
    io_->restart();
    io_->poll();
    io_.reset();
    health_.reset();
  });

  EXPECT_EQ(status, 0);
  expect_unharmed();
}

TEST_F(HostedForkTest, AChildThatWasNotifiedMayServeItself) {
  if (!children_may_have_threads) GTEST_SKIP();
  const int status = in_child_by_the_rules([&] {
    vitals::HealthRegistry own{{.answer_budget = std::chrono::seconds{60}}};
    own.add_readiness_check("own", vitals::run_on(*io_, [] { return true; }), {.timeout = std::chrono::seconds{60}});
    vitals::HostedServer server{*io_, own, {.address = "127.0.0.1", .port = 0}};
    server.start();
    io_->restart();
    std::thread loop{[&] { io_->run(); }};
    if (HttpClient{server.port()}.send(get_ready).read_response().status != 200) _exit(1);
    io_->stop();
    loop.join();
  });

  EXPECT_EQ(status, 0);
  expect_unharmed();
}

TEST_F(HostedForkTest, AChildThatRunsTheLoopWithoutANotificationServesNothing) {
  stop_loop();
  HttpClient asked_meanwhile{port_};
  asked_meanwhile.send(get_ready);
  kept_->send(get_ready);
  Child child{[&] {
    io_->restart();
    io_->poll();
  }};
  EXPECT_EQ(child.wait(), 0);
  EXPECT_FALSE(asked_meanwhile.has_input());
  EXPECT_FALSE(kept_->has_input());
  start_loop();

  // The child may have consumed events of the parent, which is why Asio has these rules. The next event makes the
  // parent find them all.
  EXPECT_EQ(HttpClient{port_}.send(get_ready).read_response().status, 200);
  EXPECT_EQ(asked_meanwhile.read_response().status, 200);
  EXPECT_EQ(kept_->send(get_ready).read_response().status, 200);
}

TEST_F(HostedForkTest, AChildCannotStartTheParentsServer) {
  Child child{[&] {
    try {
      server_->start();
    } catch (const std::system_error& error) {
      _exit(error.code() == std::errc::operation_not_permitted ? 0 : 1);
    }
    _exit(2);
  }};

  EXPECT_EQ(child.wait(), 0);
}

}  // namespace
}  // namespace vitals_test
