// Signals that request the shutdown: how they arrive, and how they share with handlers of the application.

#include <chrono>
#include <csignal>
#include <memory>
#include <pthread.h>
#include <string>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>

#include "concurrency/lifecycle_signals_fixture.hpp"
#include "support/eventually.hpp"
#include "support/probe.hpp"

namespace vitals_test {
namespace {

using testing::Contains;
using testing::IsSupersetOf;
using vitals::Lifecycle;
using vitals::LifecycleState;
using vitals::SteadyTime;
using vitals::WorkToken;
using vitals::test::Gate;

TEST_F(LifecycleSignalsTest, RequestTheEnd) {
  Lifecycle lifecycle{health_, on_sigterm()};
  auto end = run(lifecycle);

  kill(getpid(), SIGTERM);

  EXPECT_EQ(end.get(), 0);
  EXPECT_THAT(record_.steps(), Contains("draining (SIGTERM)"));
}

TEST_F(LifecycleSignalsTest, CountBeforeRun) {
  Lifecycle lifecycle{health_, on_sigterm()};

  raise(SIGTERM);

  EXPECT_EQ(lifecycle.run(), 0);
  EXPECT_THAT(record_.steps(), Contains("draining (SIGTERM)"));
}

TEST_F(LifecycleSignalsTest, AreNamed) {
  Lifecycle lifecycle{health_, record_.options(4min, {SIGINT, SIGRTMIN + 6})};

  raise(SIGINT);
  EXPECT_NE(lifecycle.step(), SteadyTime::max());
  raise(SIGRTMIN + 6);
  lifecycle.step();

  EXPECT_THAT(record_.steps(), IsSupersetOf({std::string{"draining (SIGINT)"},
                                             "finishing (asked again: signal " + std::to_string(SIGRTMIN + 6) + ")"}));
}

TEST_F(LifecycleSignalsTest, ShortenTheEndWhenTheyAreRepeated) {
  Lifecycle lifecycle{health_, record_.options(4min, {SIGTERM, SIGINT})};
  auto end = run(lifecycle);
  kill(getpid(), SIGTERM);
  record_.await(LifecycleState::draining);

  kill(getpid(), SIGINT);

  EXPECT_EQ(end.get(), 0);
  EXPECT_THAT(record_.steps(), Contains("finishing (asked again: SIGINT)"));
}

// As with timeout(1), which signals the process and then its group.
TEST_F(LifecycleSignalsTest, AreOneRequestIfTheSameIsRepeatedWithin100Milliseconds) {
  Lifecycle lifecycle{health_, on_sigterm(4min)};
  const auto before = std::chrono::steady_clock::now();

  for (int i = 0; i < 3; ++i) raise(SIGTERM);

  const auto took = std::chrono::steady_clock::now() - before;
  lifecycle.step();
  EXPECT_TRUE(lifecycle.state() == LifecycleState::draining || took >= 100ms);
}

TEST_F(LifecycleSignalsTest, AreTwoRequestsIfTheSameIsRepeatedLater) {
  Lifecycle lifecycle{health_, on_sigterm(4min)};
  raise(SIGTERM);
  lifecycle.step();
  ASSERT_EQ(lifecycle.state(), LifecycleState::draining);

  EXPECT_TRUE(eventually([&] {
    raise(SIGTERM);
    lifecycle.step();
    return lifecycle.state() == LifecycleState::stopped;
  }));
}

TEST_F(LifecycleSignalsTest, CountAgainForTheNextLifecycle) {
  for (int i = 0; i < 2; ++i) {
    Lifecycle lifecycle{health_, on_sigterm(4min)};

    raise(SIGTERM);

    lifecycle.step();
    EXPECT_EQ(lifecycle.state(), LifecycleState::draining);
  }
}

// For example, a preStop hook calls the service, and then the signal comes.
TEST_F(LifecycleSignalsTest, DoNotShortenAnEndThatWasRequestedOtherwise) {
  Lifecycle lifecycle{health_, record_.options(4min, {SIGTERM, SIGINT})};
  lifecycle.begin_shutdown("hook");
  lifecycle.step();

  raise(SIGTERM);
  lifecycle.step();

  EXPECT_EQ(lifecycle.state(), LifecycleState::draining);
  raise(SIGINT);
  lifecycle.step();
  EXPECT_EQ(lifecycle.state(), LifecycleState::stopped);
}

// A handler of the application that handles the first signal, and then removes itself.
TEST_F(LifecycleSignalsTest, AreTakenBackWhileItEnds) {
  Lifecycle lifecycle{health_, record_.options(4min, {SIGTERM, SIGINT})};
  auto end = run(lifecycle);
  kill(getpid(), SIGINT);
  record_.await(LifecycleState::draining);

  signal(SIGTERM, SIG_DFL);
  const bool taken_back = eventually([] { return present(SIGTERM).sa_handler != SIG_DFL; });

  ASSERT_TRUE(taken_back);
  kill(getpid(), SIGTERM);
  EXPECT_EQ(end.get(), 0);
}

TEST_F(LifecycleSignalsTest, AbandonEverythingTheThirdTime) {
  Lifecycle lifecycle{health_, record_.options(4min, {SIGTERM, SIGINT, SIGHUP})};
  const auto hung = std::make_shared<Gate>();
  const auto entered = std::make_shared<Gate>();
  lifecycle.on_stop_accepting(
      "web",
      [=] {
        entered->open();
        hung->wait();
      },
      30s);
  auto end = run(lifecycle);
  kill(getpid(), SIGTERM);
  record_.await(LifecycleState::draining);
  kill(getpid(), SIGINT);
  entered->wait();

  kill(getpid(), SIGHUP);

  EXPECT_EQ(end.get(), 1);
  EXPECT_THAT(record_.steps(), Contains("stopped (asked a third time: SIGHUP; web is abandoned)"));
  hung->open();
}

TEST_F(LifecycleSignalsTest, ReachTheEarlierHandler) {
  install(SIGTERM, hear);
  Lifecycle lifecycle{health_, on_sigterm()};

  raise(SIGTERM);

  EXPECT_EQ(lifecycle.run(), 0);
  EXPECT_EQ(heard, 1);
}

TEST_F(LifecycleSignalsTest, ReachTheEarlierHandlerWithTheirSender) {
  install(SIGTERM, hear_who);
  Lifecycle lifecycle{health_, on_sigterm()};

  kill(getpid(), SIGTERM);

  EXPECT_EQ(lifecycle.run(), 0);
  EXPECT_EQ(heard, 1);
  EXPECT_EQ(sender, getpid());
}

TEST_F(LifecycleSignalsTest, ReachAHandlerThatWasInstalledBeforeRun) {
  Lifecycle lifecycle{health_, on_sigterm()};
  install(SIGTERM, hear);
  auto end = run(lifecycle);
  EXPECT_TRUE(eventually([] { return present(SIGTERM).sa_handler != hear; }));

  kill(getpid(), SIGTERM);

  EXPECT_EQ(end.get(), 0);
  EXPECT_EQ(heard, 1);
}

TEST_F(LifecycleSignalsTest, CountOnceWhereAHandlerPassesThemBackToUs) {
  Lifecycle lifecycle{health_, on_sigterm()};
  passed_on_to = install(SIGTERM, hear_and_pass_on);
  WorkToken work = lifecycle.begin_work();
  auto end = run(lifecycle);
  EXPECT_TRUE(eventually([] { return present(SIGTERM).sa_sigaction != hear_and_pass_on; }));

  kill(getpid(), SIGTERM);
  record_.await(LifecycleState::finishing);
  work = {};  // counted twice, the signal would have ended this wait

  EXPECT_EQ(end.get(), 0);
  EXPECT_EQ(heard, 1);
}

TEST_F(LifecycleSignalsTest, ReachRunAlsoIfTheyAreBlockedInEveryThread) {
  sigset_t sigterm;
  sigemptyset(&sigterm);
  sigaddset(&sigterm, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &sigterm, nullptr);
  Lifecycle lifecycle{health_, on_sigterm()};
  kill(getpid(), SIGTERM);

  EXPECT_EQ(lifecycle.run(), 0);

  sigset_t blocked;
  pthread_sigmask(SIG_UNBLOCK, &sigterm, &blocked);
  EXPECT_EQ(sigismember(&blocked, SIGTERM), 1) << "the mask is as it was";
}

TEST_F(LifecycleSignalsTest, MayReachAnyThread) {
  Lifecycle lifecycle{health_, on_sigterm()};
  Gate gate;
  std::thread worker{[&] { gate.wait(); }};
  auto end = run(lifecycle);

  pthread_kill(worker.native_handle(), SIGTERM);

  EXPECT_EQ(end.get(), 0);
  gate.open();
  worker.join();
}

}  // namespace
}  // namespace vitals_test
