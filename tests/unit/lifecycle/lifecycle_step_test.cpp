#include <chrono>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/lifecycle.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using vitals::HealthRegistry;
using vitals::Lifecycle;
using vitals::LifecycleEvent;
using vitals::LifecycleOptions;
using vitals::LifecycleState;
using vitals::Probe;
using vitals::Status;
using vitals::SteadyTime;
using vitals::WorkToken;
using vitals::test::ManualClock;

/// A server that only records that it was stopped.
struct SomeServer {
  void stop() { stopped = true; }

  bool stopped = false;
};

class LifecycleStepTest : public testing::Test {
 protected:
  Lifecycle make(LifecycleOptions options = {}) {
    options.log = [this](std::string_view line) { lines_.emplace_back(line); };
    options.on_event = [this](const LifecycleEvent& event) { events_.push_back(event); };
    return Lifecycle{health_, server_, std::move(options)};
  }
  auto note(const std::string& word) {
    return [this, word] { calls_.push_back(word); };
  }
  void advance(Lifecycle& lifecycle, vitals::Duration duration) {
    clock_.advance(duration);
    lifecycle.step();
  }

  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
  SomeServer server_;
  std::vector<std::string> lines_;
  std::vector<std::string> calls_;
  std::vector<LifecycleEvent> events_;
};

TEST_F(LifecycleStepTest, ServesUntilTheEndIsRequested) {
  auto lifecycle = make();

  EXPECT_EQ(lifecycle.step(), SteadyTime::max());
  EXPECT_EQ(lifecycle.state(), LifecycleState::serving);
  EXPECT_FALSE(lifecycle.shutting_down());
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(LifecycleStepTest, DrainingFailsReadinessAndNothingElse) {
  auto lifecycle = make();
  lifecycle.begin_shutdown("SIGTERM");

  const auto next = lifecycle.step();

  EXPECT_EQ(lifecycle.state(), LifecycleState::draining);
  EXPECT_EQ(next, clock_.now() + 1s) << "nothing would wake a host when work ends";
  EXPECT_EQ(health_.report(Probe::readiness).reason(), "SIGTERM");
  EXPECT_EQ(health_.report(Probe::liveness).status(), Status::pass);
  EXPECT_FALSE(server_.stopped);
}

TEST_F(LifecycleStepTest, ARequestForTheEndFailsReadinessAtOnce) {
  auto lifecycle = make();

  lifecycle.begin_shutdown("SIGTERM");

  EXPECT_EQ(health_.report(Probe::readiness).status(), Status::fail);
}

TEST_F(LifecycleStepTest, WorkIsTakenWhileItDrainsAndNotAfterwards) {
  auto lifecycle = make();
  lifecycle.begin_shutdown("SIGTERM");
  lifecycle.step();

  auto late = lifecycle.begin_work();
  advance(lifecycle, 10s);
  const auto too_late = lifecycle.begin_work();

  EXPECT_TRUE(late);
  EXPECT_EQ(lifecycle.state(), LifecycleState::finishing);
  EXPECT_FALSE(too_late);
}

TEST_F(LifecycleStepTest, TheLastWorkMayBeginInTheCallbacksThatStopAccepting) {
  auto lifecycle = make();
  WorkToken queued;
  lifecycle.on_stop_accepting("web", [&] { queued = lifecycle.begin_work(); });
  lifecycle.begin_shutdown("SIGTERM");
  lifecycle.step();

  advance(lifecycle, 10s);

  EXPECT_TRUE(queued);
  EXPECT_EQ(lifecycle.state(), LifecycleState::finishing);
  EXPECT_FALSE(lifecycle.begin_work());
}

TEST_F(LifecycleStepTest, WorkInFlightIsWaitedFor) {
  auto lifecycle = make();
  auto first = lifecycle.begin_work();
  auto second = lifecycle.begin_work();
  lifecycle.begin_shutdown("SIGTERM");
  lifecycle.step();
  advance(lifecycle, 10s);

  first = {};
  lifecycle.step();
  const auto with_one = lifecycle.state();
  second = {};
  lifecycle.step();

  EXPECT_EQ(with_one, LifecycleState::finishing);
  EXPECT_EQ(lifecycle.state(), LifecycleState::stopped);
  EXPECT_TRUE(server_.stopped);
}

TEST_F(LifecycleStepTest, ATokenEndsItsWorkWhenAnotherIsAssigned) {
  auto lifecycle = make({.propagation_delay = 0s});
  auto token = lifecycle.begin_work();
  token = lifecycle.begin_work();
  lifecycle.begin_shutdown("SIGTERM");
  lifecycle.step();

  ASSERT_FALSE(events_.empty());
  EXPECT_EQ(events_.front().in_flight, 1U);
}

TEST_F(LifecycleStepTest, CallbacksRunInTheirOrderAndTheServerStopsLast) {
  auto lifecycle = make();
  lifecycle.on_stop("worker", note("worker"));
  lifecycle.on_stop_accepting("web", note("web"));
  lifecycle.on_stop("cache", [this] { calls_.emplace_back(server_.stopped ? "too late" : "cache"); });
  lifecycle.begin_shutdown("SIGTERM");
  lifecycle.step();
  EXPECT_THAT(calls_, IsEmpty());

  advance(lifecycle, 10s);

  EXPECT_THAT(calls_, ElementsAre("web", "worker", "cache"));
  EXPECT_TRUE(server_.stopped);
}

TEST_F(LifecycleStepTest, ACallbackThatCallsStepIsNotReentered) {
  auto lifecycle = make({.propagation_delay = 0s});
  lifecycle.on_stop("loop", [&] {
    lifecycle.step();
    calls_.emplace_back("loop");
  });
  lifecycle.on_stop("next", note("next"));
  lifecycle.begin_shutdown("SIGTERM");

  lifecycle.step();

  EXPECT_THAT(calls_, ElementsAre("loop", "next"));
}

TEST_F(LifecycleStepTest, ACallbackMayTakeAStopToken) {
  auto lifecycle = make();
  bool stoppable = false;
  lifecycle.on_stop("worker", [&](const std::stop_token& stop) { stoppable = stop.stop_possible(); });
  lifecycle.begin_shutdown("SIGTERM");
  lifecycle.step();

  advance(lifecycle, 10s);

  EXPECT_TRUE(stoppable);
}

TEST_F(LifecycleStepTest, ACallbackMayBeMoveOnly) {
  auto lifecycle = make();
  lifecycle.on_stop("worker", [this, word = std::make_unique<std::string>("moved")] { calls_.push_back(*word); });
  lifecycle.begin_shutdown("SIGTERM");
  lifecycle.step();

  advance(lifecycle, 10s);

  EXPECT_THAT(calls_, ElementsAre("moved"));
}

TEST_F(LifecycleStepTest, EachStepIsALineAndAnEvent) {
  clock_.set_wall(vitals::WallTime{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h});
  auto lifecycle = make();
  lifecycle.on_stop("worker", [this] { clock_.advance(1500ms); });
  clock_.advance(192min);
  lifecycle.begin_shutdown("SIGTERM");
  auto work = lifecycle.begin_work();
  lifecycle.step();

  advance(lifecycle, 10s);
  work = {};
  advance(lifecycle, 2s);

  EXPECT_THAT(lines_,
              ElementsAre("2026-03-01T15:12:00.000Z vitals: lifecycle: serving -> draining after 3 h 12 min (SIGTERM), "
                          "1 in flight",
                          HasSubstr("draining -> finishing after 10 s (the propagation delay is over), 1 in flight"),
                          HasSubstr("finishing -> stopping after 2 s (no work in flight)"),
                          HasSubstr("stopping: worker took 1.5 s (done)"),
                          HasSubstr("stopping -> stopped after 1.5 s (every callback had its turn)")));
  ASSERT_EQ(events_.size(), lines_.size());
  EXPECT_EQ(events_[0].reason, "SIGTERM");
  EXPECT_EQ(events_[0].lasted, 192min);
  EXPECT_THAT(events_[3], AllOf(Field(&LifecycleEvent::callback, "worker"), Field(&LifecycleEvent::lasted, 1500ms)));
  EXPECT_TRUE(events_[3].is_callback());
  EXPECT_FALSE(events_[2].is_callback());
}

TEST_F(LifecycleStepTest, WhatACallbackThrowsIsReported) {
  auto lifecycle = make();
  lifecycle.on_stop("worker", [] { throw std::runtime_error{"disk full"}; });
  lifecycle.on_stop("cache", note("cache"));
  lifecycle.begin_shutdown("SIGTERM");
  lifecycle.step();

  advance(lifecycle, 10s);

  EXPECT_THAT(lines_, testing::Contains(HasSubstr("worker took 0 ms (failed: disk full)")));
  EXPECT_THAT(calls_, ElementsAre("cache"));
}

TEST_F(LifecycleStepTest, ACallbackThatOverranIsReported) {
  auto lifecycle = make();
  lifecycle.on_stop(
      "worker", [this] { clock_.advance(3s); }, 2s);
  lifecycle.begin_shutdown("SIGTERM");
  lifecycle.step();

  advance(lifecycle, 10s);

  EXPECT_THAT(lines_, testing::Contains(HasSubstr("worker took 3 s (overran its budget of 2 s)")));
}

TEST_F(LifecycleStepTest, AbandonedPartsAreNamed) {
  auto lifecycle = make();
  lifecycle.on_stop_accepting("web", note("web"));
  lifecycle.on_stop("worker", note("worker"));
  lifecycle.on_stop("cache", note("cache"));
  auto work = lifecycle.begin_work();
  lifecycle.begin_shutdown("SIGTERM");
  lifecycle.step();
  lifecycle.shorten("SIGINT");
  lifecycle.step();
  lifecycle.shorten("SIGQUIT");

  lifecycle.step();

  EXPECT_EQ(lifecycle.state(), LifecycleState::stopped);
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("(SIGTERM)"), HasSubstr("(asked again: SIGINT)"), HasSubstr("web"),
                                  AllOf(HasSubstr("finishing -> stopped"), HasSubstr("asked a third time: SIGQUIT"),
                                        HasSubstr("not called: worker, cache"), HasSubstr(", 1 in flight"))));
  EXPECT_THAT(calls_, ElementsAre("web"));
  EXPECT_TRUE(server_.stopped);
}

TEST_F(LifecycleStepTest, WithoutAServerThereIsNothingToStop) {
  Lifecycle lifecycle{health_, {.propagation_delay = 0s, .log = [](std::string_view) {}}};
  lifecycle.begin_shutdown("done");

  lifecycle.step();

  EXPECT_EQ(lifecycle.state(), LifecycleState::stopped);
}

}  // namespace
