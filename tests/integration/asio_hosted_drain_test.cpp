#include <future>
#include <memory>
#include <stdexcept>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/version.hpp>
#if BOOST_VERSION >= 107700
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#ifdef BOOST_ASIO_HAS_CO_AWAIT
#include <boost/asio/experimental/awaitable_operators.hpp>
#endif
#endif
#include <gtest/gtest.h>

#include "support/hosted_server_fixture.hpp"

namespace vitals_test {
namespace {

class HostedDrainTest : public HostedServerFixture {
 protected:
  void SetUp() override {
    server_.start();
    run_loop();
  }
  void TearDown() override {
    server_.stop();
    HostedServerFixture::TearDown();
  }

  vitals::HostedServer server_{io_, health_, local()};
};

TEST_F(HostedDrainTest, GoesOnAnswering) {
  health_.begin_shutdown("SIGTERM");

  server_.async_drain(0s, boost::asio::use_future).get();

  EXPECT_EQ(http_get(server_.port(), "/healthz").status, 200);
  EXPECT_EQ(http_get(server_.port(), "/ready").status, 503);
}

TEST_F(HostedDrainTest, RefusesADurationOutOfRange) {
  for (const vitals::Duration duration : {vitals::Duration{-1ns}, vitals::Duration{1h + 1ns}})
    EXPECT_THROW(server_.async_drain(duration, [] { FAIL(); }), std::invalid_argument);
}

TEST_F(HostedDrainTest, EndsWithStop) {
  auto first = server_.async_drain(1h, boost::asio::use_future);
  auto second = server_.async_drain(1h, boost::asio::use_future);

  server_.stop();

  first.get();
  second.get();
}

TEST_F(HostedDrainTest, IsOverAtOnceWhenTheServerDoesNotRun) {
  server_.stop();
  join_loop();
  auto drained = server_.async_drain(1h, boost::asio::use_future);

  run_loop();

  drained.get();
}

TEST_F(HostedDrainTest, CompletesOnTheHostsExecutor) {
  std::promise<bool> inside;

  server_.async_drain(0s, [&] { inside.set_value(io_.get_executor().running_in_this_thread()); });

  EXPECT_TRUE(inside.get_future().get());
}

TEST_F(HostedDrainTest, CompletesOnTheExecutorThatItsCallbackHas) {
  boost::asio::io_context other;
  bool inside = false;
  server_.async_drain(
      0s, boost::asio::bind_executor(other, [&] { inside = other.get_executor().running_in_this_thread(); }));

  other.run();  // the operation is work of it, so that it doesn't return before

  EXPECT_TRUE(inside);
}

TEST_F(HostedDrainTest, DoesNotHoldTheServerUpByItsCallback) {
  boost::asio::thread_pool pool{2};
  vitals::HostedServer server{pool, health_, local()};
  server.start();

  server.async_drain(0s, [gate = gate_] { gate.wait(); });
  gate_.wait_until_entered();

  EXPECT_EQ(http_get(server.port(), "/healthz").status, 200);
  gate_.open();
}

TEST_F(HostedDrainTest, LeavesNoWorkBehindWhenStopHasEndedIt) {
  boost::asio::post(io_, [gate = gate_] { gate.wait(); });
  gate_.wait_until_entered();
  boost::asio::io_context other;
  bool called = false;
  server_.async_drain(1h, boost::asio::bind_executor(other, [&] { called = true; }));

  server_.stop();  // while the host's loop is blocked
  other.run();

  EXPECT_TRUE(called);
}

TEST_F(HostedDrainTest, TakesACallbackThatCanOnlyBeMoved) {
  auto answer = std::make_unique<std::promise<int>>();
  auto answered = answer->get_future();

  server_.async_drain(0s, [answer = std::move(answer)] { answer->set_value(7); });

  EXPECT_EQ(answered.get(), 7);
}

TEST_F(HostedDrainTest, CompletesOnAnotherContextWhenTheHostsOwnHasEnded) {
  auto ended = std::make_unique<boost::asio::io_context>();
  vitals::HostedServer server{*ended, health_, local()};
  server.start();
  ended.reset();
  boost::asio::io_context other;
  bool called = false;

  server.async_drain(1h, boost::asio::bind_executor(other, [&] { called = true; }));
  other.run();

  EXPECT_TRUE(called);
}

TEST_F(HostedDrainTest, DropsACallbackThatNeedsTheHostWhenItsContextHasEnded) {
  auto ended = std::make_unique<boost::asio::io_context>();
  vitals::HostedServer server{*ended, health_, local()};
  ended.reset();
  const auto owned = std::make_shared<int>();

  server.async_drain(1h, [owned] { FAIL(); });

  EXPECT_EQ(owned.use_count(), 1);
}

#if BOOST_VERSION >= 107700
TEST_F(HostedDrainTest, EndsEarlyWhenItIsCancelled) {
  boost::asio::cancellation_signal signal;
  std::promise<void> drained;
  server_.async_drain(1h, boost::asio::bind_cancellation_slot(signal.slot(), [&] { drained.set_value(); }));

  signal.emit(boost::asio::cancellation_type::terminal);

  drained.get_future().get();
  EXPECT_EQ(http_get(server_.port(), "/healthz").status, 200);
}
#endif

TEST_F(HostedDrainTest, MayEndInTheDestructionOfTheServer) {
  auto server = std::make_unique<vitals::HostedServer>(io_, health_, local());
  server->start();
  std::promise<void> destroyed;

  server->async_drain(0s, [&] {
    server.reset();
    destroyed.set_value();
  });

  destroyed.get_future().get();
}

#ifdef BOOST_ASIO_HAS_CO_AWAIT
TEST_F(HostedDrainTest, CanBeAwaited) {
  std::promise<void> drained;
  boost::asio::co_spawn(
      io_,
      [&]() -> boost::asio::awaitable<void> {
        co_await server_.async_drain(0s, boost::asio::use_awaitable);
        drained.set_value();
      },
      boost::asio::detached);

  drained.get_future().get();
}

#if BOOST_VERSION >= 107700
TEST_F(HostedDrainTest, LosesAgainstATimer) {
  using namespace boost::asio::experimental::awaitable_operators;
  std::promise<std::size_t> winner;
  boost::asio::co_spawn(
      io_,
      [&]() -> boost::asio::awaitable<void> {
        boost::asio::steady_timer timer{io_, 1ms};
        const auto first = co_await (server_.async_drain(1h, boost::asio::use_awaitable) ||
                                     timer.async_wait(boost::asio::use_awaitable));
        winner.set_value(first.index());
      },
      boost::asio::detached);

  EXPECT_EQ(winner.get_future().get(), 1U);
}
#endif
#endif

}  // namespace
}  // namespace vitals_test
