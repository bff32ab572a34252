// run() with callbacks that hang, throw, or call back.

#include <memory>
#include <pthread.h>
#include <stdexcept>
#include <stop_token>
#include <string_view>
#include <thread>
#include <utility>

#include <gmock/gmock.h>

#include "concurrency/lifecycle_run_fixture.hpp"
#include "support/probe.hpp"

namespace vitals_test {
namespace {

using testing::Contains;
using testing::StartsWith;
using vitals::Lifecycle;
using vitals::LifecycleState;
using vitals::Probe;
using vitals::Status;
using vitals::test::Counter;
using vitals::test::Gate;

using LifecycleCallbacksTest = LifecycleRunTest;

TEST_F(LifecycleCallbacksTest, RequestsTheStopOfACallbackThatOverrunsAndContinues) {
  Lifecycle lifecycle{health_, record_.options(0s)};
  const auto told_to_stop = std::make_shared<Gate>();
  const auto ended = std::make_shared<Gate>();
  lifecycle.on_stop(
      "hangs",
      [=](const std::stop_token& stop) {
        const std::stop_callback callback{stop, [&] { told_to_stop->open(); }};
        told_to_stop->wait();
        ended->open();
      },
      1ms);
  lifecycle.on_stop("next", [] {});
  auto end = run(lifecycle);

  lifecycle.begin_shutdown("update");

  EXPECT_EQ(end.get(), 1);
  ended->wait();
  EXPECT_THAT(record_.steps(), Contains(StartsWith("hangs (overran its budget of 1 ms")));
  EXPECT_THAT(record_.steps(), Contains("next (done)"));
}

TEST_F(LifecycleCallbacksTest, AbandonsACallbackThatDoesNotStop) {
  const auto gate = std::make_shared<Gate>();
  const auto returned = std::make_shared<Gate>();
  {
    Lifecycle lifecycle{health_, record_.options(0s)};
    lifecycle.on_stop_accepting(
        "hangs",
        [=] {
          gate->wait();
          returned->open();
        },
        1ms);
    lifecycle.on_stop("next", [] {});
    lifecycle.begin_shutdown("update");

    EXPECT_EQ(lifecycle.run(), 1);

    EXPECT_THAT(record_.steps(), Contains("hangs (overran its budget of 1 ms, is abandoned)"));
    EXPECT_THAT(record_.steps(), Contains("next (done)"));
  }
  gate->open();  // the callback returns after its Lifecycle was destroyed
  returned->wait();
}

// For example, it notifies a condition whose mutex its own thread holds for good.
TEST_F(LifecycleCallbacksTest, IsNotDelayedByAStopCallbackThatHangs) {
  const auto gate = std::make_shared<Gate>();
  const auto told = std::make_shared<Gate>();
  {
    Lifecycle lifecycle{health_, record_.options(0s)};
    lifecycle.on_stop(
        "hangs",
        [=](const std::stop_token& stop) {
          const std::stop_callback callback{stop, [=] {
                                              told->open();
                                              gate->wait();
                                            }};
          gate->wait();
        },
        1ms);
    lifecycle.begin_shutdown("update");

    EXPECT_EQ(lifecycle.run(), 1);
    told->wait();
  }
  gate->open();
}

TEST_F(LifecycleCallbacksTest, ReportsACallbackThatThrowsAndContinues) {
  Lifecycle lifecycle{health_, record_.options(0s)};
  lifecycle.on_stop("cache", [] { throw std::runtime_error{"disk full"}; });
  lifecycle.on_stop("next", [] {});
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(lifecycle.run(), 1);

  EXPECT_THAT(record_.steps(), Contains("cache (failed: disk full)"));
  EXPECT_THAT(record_.steps(), Contains("next (done)"));
}

TEST_F(LifecycleCallbacksTest, ReportsACallbackThatEndsItsThreadAndContinues) {
  Lifecycle lifecycle{health_, record_.options(0s)};
  lifecycle.on_stop("ends", [] { pthread_exit(nullptr); });
  lifecycle.on_stop("cancelled", [] { pthread_cancel(pthread_self()); });
  lifecycle.on_stop("next", [] {});
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(lifecycle.run(), 1);

  EXPECT_THAT(record_.steps(), Contains(StartsWith("ends (failed: ended its thread")));
  EXPECT_THAT(record_.steps(), Contains(StartsWith("cancelled (failed: ended its thread")));
  EXPECT_THAT(record_.steps(), Contains("next (done)"));
}

TEST_F(LifecycleCallbacksTest, EndsInOrderThoughEachLineEndsTheLogsThread) {
  auto options = record_.options(0s);
  Counter lines;
  options.log = [&](std::string_view) {
    lines.add();
    pthread_exit(nullptr);
  };
  Lifecycle lifecycle{health_, std::move(options)};
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(lifecycle.run(), 0);

  EXPECT_EQ(lines.value(), 4);
}

TEST_F(LifecycleCallbacksTest, ALoopThatEndsItsThreadEndsTheService) {
  Lifecycle lifecycle{health_, record_.options(4min)};
  lifecycle.on_stop("worker", [] {});

  std::thread{[&] { lifecycle.run({.loop = [] { pthread_exit(nullptr); }, .stop_loop = [] {}}); }}.join();

  EXPECT_EQ(lifecycle.state(), LifecycleState::stopped);
  EXPECT_THAT(record_.steps(), Contains("worker (done)"));
}

TEST_F(LifecycleCallbacksTest, ACallbackMayEndTheThreadThatCallsStep) {
  Lifecycle lifecycle{health_, record_.options(0s)};
  lifecycle.on_stop("ends", [] { pthread_exit(nullptr); });
  lifecycle.begin_shutdown("update");

  std::thread{[&] { lifecycle.step(); }}.join();
  lifecycle.step();

  EXPECT_EQ(lifecycle.state(), LifecycleState::stopped);
}

TEST_F(LifecycleCallbacksTest, AllowsACallbackToUseItAndTheRegistry) {
  Lifecycle lifecycle{health_, record_.options(0s)};
  auto state = LifecycleState::serving;
  bool took_work = true;
  auto readiness = Status::pass;
  lifecycle.on_stop("worker", [&] {
    state = lifecycle.state();
    took_work = static_cast<bool>(lifecycle.begin_work());
    readiness = health_.report(Probe::readiness).status();
    health_.add_liveness_check("late", [] { return true; }).remove();
    lifecycle.begin_shutdown("by a callback");
  });
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(lifecycle.run(), 0);

  EXPECT_EQ(state, LifecycleState::stopping);
  EXPECT_FALSE(took_work);
  EXPECT_EQ(readiness, Status::fail);
}

}  // namespace
}  // namespace vitals_test
