#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/awaitable.hpp>

#ifdef BOOST_ASIO_HAS_CO_AWAIT

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>

#include "unit/asio/asio_check_fixture.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using boost::asio::use_awaitable;
using vitals::CheckContext;
using vitals::CheckResult;
using vitals::run_on;
using vitals::Status;

class RunOnCoroutineTest : public AsioCheckTest {
 protected:
  /// Never completes unless it is cancelled.
  awaitable<void> hang() {
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, 24h};
    co_await timer.async_wait(use_awaitable);
  }
};

TEST_F(RunOnCoroutineTest, TakesVoidBoolAndCheckResult) {
  const auto status_of = [this](auto f) {
    const vitals::ScopedCheck scoped = add(run_on(*io_, std::move(f)));
    return run().status;
  };

  EXPECT_EQ(status_of([]() -> awaitable<void> { co_return; }), Status::pass);
  EXPECT_EQ(status_of([]() -> awaitable<bool> { co_return true; }), Status::pass);
  EXPECT_EQ(status_of([]() -> awaitable<bool> { co_return false; }), Status::fail);
  EXPECT_EQ(status_of([](const CheckContext&) -> awaitable<CheckResult> { co_return CheckResult::warn(); }),
            Status::warn);
}

TEST_F(RunOnCoroutineTest, AnExceptionWithoutAMessageIsAFailure) {
  struct NullWhat : std::exception {
    [[nodiscard]] const char* what() const noexcept override { return nullptr; }
  };
  add(run_on(*io_, []() -> awaitable<void> {
    throw NullWhat{};
    co_return;
  }));

  EXPECT_EQ(run().message, "(null)");
}

TEST_F(RunOnCoroutineTest, RunsInTheLoopFromItsFirstLine) {
  bool inside = false;
  add(run_on(*io_, [&]() -> awaitable<void> {
    inside = io_->get_executor().running_in_this_thread();
    co_return;
  }));

  EXPECT_EQ(run().status, Status::pass);
  EXPECT_TRUE(inside);
}

TEST_F(RunOnCoroutineTest, TakesAnEscapingExceptionAsTheFailure) {
  add(run_on(*io_, []() -> awaitable<bool> {
    co_await boost::asio::post(co_await boost::asio::this_coro::executor, use_awaitable);
    throw std::runtime_error{"no answer"};
  }));

  const auto check = run();

  EXPECT_EQ(check.status, Status::fail);
  EXPECT_EQ(check.message, "no answer");
}

TEST_F(RunOnCoroutineTest, IsNotBegunAfterItsRunWasAbandoned) {
  bool ran = false;
  add(run_on(*io_, [&]() -> awaitable<void> {
    ran = true;
    co_return;
  }));
  health_.run_due();
  overrun();

  poll();

  EXPECT_FALSE(ran);
}

TEST_F(RunOnCoroutineTest, KeepsItsCallableAndTheContextUntilItEnds) {
  const auto owned = std::make_shared<int>();
  boost::asio::steady_timer gate{*io_, 24h};
  bool told = false;
  auto handle = add(run_on(*io_, [owned, &gate, &told](const CheckContext& context) -> awaitable<void> {
    boost::system::error_code error;
    do co_await gate.async_wait(boost::asio::redirect_error(use_awaitable, error));
    while (gate.expiry() > std::chrono::steady_clock::now());
    told = context.stop_token().stop_requested() && owned != nullptr;
  }));
  run();

  handle.remove();
  health_.run_due();
  EXPECT_GT(owned.use_count(), 1);
  gate.expires_after(0s);
  io_->restart();
  io_->run();

  EXPECT_TRUE(told);
  EXPECT_EQ(owned.use_count(), 1);
}

TEST_F(RunOnCoroutineTest, FailsWhenItsContextIsDestroyedMeanwhile) {
  const auto owned = std::make_shared<int>();
  add(run_on(*io_, [this, owned]() -> awaitable<void> {
    const auto local = owned;
    co_await hang();
  }));
  run();
  const auto held_before = owned.use_count();

  io_.reset();

  EXPECT_EQ(report().status, Status::fail);
  EXPECT_LT(owned.use_count(), held_before);
}

TEST_F(RunOnCoroutineTest, MayBeStoppedAfterItsContextWasDestroyed) {
  add(run_on(*io_, [this]() -> awaitable<void> { co_await hang(); }));
  run();
  io_.reset();

  health_.begin_shutdown("SIGTERM");
  health_.run_due();

  EXPECT_EQ(report().status, Status::fail);
}

#if BOOST_VERSION >= 107700
TEST_F(RunOnCoroutineTest, IsCancelledAtItsTimeout) {
  std::optional<boost::system::error_code> seen;
  add(run_on(*io_, [&]() -> awaitable<void> {
    try {
      co_await hang();
    } catch (const boost::system::system_error& error) {
      seen = error.code();
      throw;
    }
  }));
  run();
  EXPECT_FALSE(seen);

  overrun();
  EXPECT_FALSE(seen) << "cancelled by the thread that requested the stop";
  poll();

  EXPECT_EQ(seen, boost::asio::error::operation_aborted);
}

TEST_F(RunOnCoroutineTest, RecoversAfterItWasCancelled) {
  bool hangs = true;
  add(run_on(*io_, [&]() -> awaitable<void> {
    if (hangs) co_await hang();
  }));
  run();
  overrun();
  poll();

  hangs = false;
  wait_for_turn();

  EXPECT_EQ(run().status, Status::pass);
}

TEST_F(RunOnCoroutineTest, IsCancelledWhenItsCheckIsRemoved) {
  bool ended = false;
  auto handle = add(run_on(*io_, [&]() -> awaitable<void> {
    try {
      co_await hang();
    } catch (...) {
      ended = true;
      throw;
    }
  }));
  run();

  handle.remove();
  poll();

  EXPECT_TRUE(ended);
}
#endif

TEST_F(RunOnCoroutineTest, GetsAStopRequestWhileItRunsOnAPool) {
  boost::asio::thread_pool pool{4};
  add(run_on(pool, [](const CheckContext& context) -> awaitable<void> {
    const auto executor = co_await boost::asio::this_coro::executor;
    while (!context.stop_token().stop_requested()) co_await boost::asio::post(executor, use_awaitable);
  }));

  health_.run_due();
  overrun();
  pool.join();

  EXPECT_THAT(report().message, testing::HasSubstr("timed out"));
}

}  // namespace
}  // namespace vitals_test

#endif
