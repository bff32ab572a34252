#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <gmock/gmock.h>

#include "support/watched_executor.hpp"
#include "unit/asio/asio_check_fixture.hpp"

namespace vitals_test {
namespace {

using vitals::CheckContext;
using vitals::CheckResult;
using vitals::Condition;
using vitals::run_on;
using vitals::Status;

class RunOnTest : public AsioCheckTest {};

TEST_F(RunOnTest, RefusesAnEmptyFunction) {
  const auto is_refused =
      testing::ThrowsMessage<std::invalid_argument>("vitals: run_on: the function must not be empty");

  EXPECT_THAT([&] { (void)run_on(*io_, std::function<bool()>{}); }, is_refused);
  EXPECT_THAT([&] { (void)run_on(*io_, static_cast<bool (*)(const CheckContext&)>(nullptr)); }, is_refused);
}

TEST_F(RunOnTest, AnExceptionWithoutAMessageIsAFailure) {
  struct NullWhat : std::exception {
    [[nodiscard]] const char* what() const noexcept override { return nullptr; }
  };
  add(run_on(*io_, [] { throw NullWhat{}; }));

  EXPECT_EQ(run().message, "(null)");
}

TEST_F(RunOnTest, AFunctionThatEndsTheThreadOfTheLoopIsAFailure) {
  add(run_on(*io_, [] { pthread_exit(nullptr); }));

  std::thread{[&] { run(); }}.join();

  EXPECT_THAT(report().message, testing::HasSubstr("ended its thread"));
}

TEST_F(RunOnTest, WaitsForTheLoop) {
  bool ran = false;
  add(run_on(*io_, [&] { ran = true; }));

  health_.run_due();

  EXPECT_FALSE(ran);
  EXPECT_EQ(report().condition, Condition::not_checked_yet);
}

TEST_F(RunOnTest, CallsTheFunctionInTheLoop) {
  bool inside = false;
  add(run_on(*io_, [&] { inside = io_->get_executor().running_in_this_thread(); }));

  EXPECT_EQ(run().status, Status::pass);
  EXPECT_TRUE(inside);
}

TEST_F(RunOnTest, TakesEveryPlainShape) {
  const auto status_of = [this](auto f) {
    const vitals::ScopedCheck scoped = add(run_on(*io_, std::move(f)));
    return run().status;
  };

  EXPECT_EQ(status_of([] {}), Status::pass);
  EXPECT_EQ(status_of([] { return false; }), Status::fail);
  EXPECT_EQ(status_of([] { return std::make_error_code(std::errc::timed_out); }), Status::fail);
  EXPECT_EQ(status_of([] { return boost::system::error_code{}; }), Status::pass);
  EXPECT_EQ(status_of([](const CheckContext&) { return CheckResult::warn(); }), Status::warn);
  EXPECT_EQ(status_of([owned = std::make_unique<bool>(true)] { return *owned; }), Status::pass);
  EXPECT_EQ(status_of([calls = 0]() mutable { return ++calls == 1; }), Status::pass);
}

TEST_F(RunOnTest, HandsTheContextOn) {
  vitals::SteadyTime deadline;
  add(run_on(*io_, [&](const CheckContext& context) { deadline = context.deadline(); }));
  const auto begin = clock_.now();

  run();

  EXPECT_EQ(deadline, begin + timeout);
}

TEST_F(RunOnTest, TakesAnEscapingExceptionAsTheFailure) {
  add(run_on(*io_, []() -> bool { throw std::runtime_error{"no answer"}; }));

  const auto check = run();

  EXPECT_EQ(check.status, Status::fail);
  EXPECT_EQ(check.message, "no answer");
}

TEST_F(RunOnTest, TakesOtherThrownTypesAsAFailure) {
  add(run_on(*io_, [] { throw 1; }));

  EXPECT_EQ(run().status, Status::fail);
}

TEST_F(RunOnTest, RunsOnEveryKindOfExecutor) {
  boost::asio::thread_pool pool{1};
  const auto strand = boost::asio::make_strand(*io_);
  int ran = 0;
  const auto check = [&] { ++ran; };

  health_.add_readiness_check("executor", run_on(io_->get_executor(), check));
  health_.add_readiness_check("strand", run_on(strand, check));
  health_.add_readiness_check("any", run_on(boost::asio::any_io_executor{strand}, check));
  health_.add_readiness_check("pool", run_on(pool, [] {}));
  health_.run_due();
  poll();
  pool.join();

  EXPECT_EQ(ran, 3);
  EXPECT_EQ(health_.report(vitals::Probe::readiness).status(), Status::pass);
}

TEST_F(RunOnTest, FailsByItsTimeoutWhileTheLoopIsBlockedAndRecoversByItself) {
  add(run_on(*io_, [] { return true; }));
  health_.run_due();  // the loop doesn't run meanwhile

  overrun();
  const auto blocked = report();
  poll();
  wait_for_turn();

  EXPECT_EQ(blocked.status, Status::fail);
  EXPECT_THAT(blocked.message, testing::HasSubstr("timed out"));
  EXPECT_EQ(run().status, Status::pass);
}

TEST_F(RunOnTest, BeginsNoAbandonedRun) {
  int ran = 0;
  add(run_on(*io_, [&] { ++ran; }));
  health_.run_due();
  overrun();

  poll();

  EXPECT_EQ(ran, 0);
}

TEST_F(RunOnTest, QueuesOnlyOneRunWhileTheLoopIsBlocked) {
  int ran = 0;
  add(run_on(*io_, [&] { ++ran; }));
  for (int i = 0; i < 10; ++i) {
    health_.run_due();
    wait_for_turn();
  }

  EXPECT_EQ(io_->poll(), 1U);  // the handler of the abandoned run
  EXPECT_EQ(run().status, Status::pass);
  EXPECT_EQ(ran, 1);
}

TEST_F(RunOnTest, FailsWhenTheContextIsDestroyedBeforeTheRunBegins) {
  bool ran = false;
  add(run_on(*io_, [&] { ran = true; }));
  health_.run_due();

  io_.reset();

  EXPECT_FALSE(ran);
  EXPECT_EQ(report().status, Status::fail);
}

TEST_F(RunOnTest, FailsOnceTheContextWasDestroyed) {
  add(run_on(boost::asio::make_strand(*io_), [] {}));
  EXPECT_EQ(run().status, Status::pass);
  io_.reset();
  wait_for_turn();

  health_.run_due();

  EXPECT_EQ(report().status, Status::fail);
}

TEST_F(RunOnTest, OutlivesTheRemovalOfItsCheck) {
  const auto owned = std::make_shared<int>();
  auto handle = add(run_on(*io_, [owned] {}));
  health_.run_due();

  handle.remove();
  EXPECT_GT(owned.use_count(), 1);
  poll();

  EXPECT_EQ(owned.use_count(), 1);
}

TEST_F(RunOnTest, RefusesAnEmptyExecutor) {
  const auto check_on_nothing = [] { (void)run_on(boost::asio::any_io_executor{}, [] {}); };

  EXPECT_THAT(check_on_nothing, testing::ThrowsMessage<std::invalid_argument>("vitals: the executor is empty"));
}

TEST_F(RunOnTest, TakesTheSystemsExecutor) {
  std::promise<void> ran;
  add(run_on(boost::asio::system_executor{}, [&] { ran.set_value(); }));

  health_.run_due();

  ran.get_future().get();
}

TEST_F(RunOnTest, LetsTheContextEndOnlyAfterTheLastOwnerHasDroppedTheExecutor) {
  std::promise<void> letting_go;
  std::promise<void> gate;
  std::optional check{run_on(WatchedExecutor{*io_,
                                             [&] {
                                               letting_go.set_value();
                                               gate.get_future().wait();
                                             }},
                             [] {})};
  std::thread owner{[&] { check.reset(); }};
  letting_go.get_future().wait();

  auto end = std::async(std::launch::async, [&] { io_.reset(); });

  EXPECT_EQ(end.wait_for(std::chrono::milliseconds{50}), std::future_status::timeout);
  gate.set_value();
  owner.join();
}

struct Remote {
  using remote_check = void;
  bool operator()() const { return true; }
};

TEST(RunOnTraitTest, IsRemoteIfWhatItRunsIs) {
  boost::asio::io_context io;
  const auto local = [] { return true; };

  EXPECT_TRUE(vitals::is_remote_check<decltype(run_on(io, Remote{}))>::value);
  EXPECT_FALSE(vitals::is_remote_check<decltype(run_on(io, local))>::value);
}

}  // namespace
}  // namespace vitals_test
