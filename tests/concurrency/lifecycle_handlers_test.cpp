// The signal handlers of a Lifecycle: which signals it accepts, and that it restores everything.

#include <atomic>
#include <csignal>
#include <ostream>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "concurrency/lifecycle_signals_fixture.hpp"
#include "support/refusal.hpp"

namespace vitals_test {
namespace {

using testing::HasSubstr;
using testing::KilledBySignal;
using vitals::Lifecycle;
using vitals::LifecycleState;

class LifecycleHandlersTest : public LifecycleSignalsTest {
 protected:
  /// The message with which the signals are refused; empty if they are accepted.
  [[nodiscard]] std::string refusal(std::vector<int> signals) {
    return refusal_of([&] { const Lifecycle lifecycle{health_, record_.options(0s, std::move(signals))}; });
  }
};

TEST_F(LifecycleHandlersTest, AreRestoredWhenItHasStopped) {
  install(SIGTERM, hear);
  const auto before = present(SIGTERM);
  Lifecycle lifecycle{health_, on_sigterm()};
  EXPECT_FALSE(is_same(present(SIGTERM), before));
  lifecycle.begin_shutdown("update");

  EXPECT_EQ(lifecycle.run(), 0);

  EXPECT_TRUE(is_same(present(SIGTERM), before));
}

TEST_F(LifecycleHandlersTest, AreRestoredWithoutRun) {
  install(SIGTERM, hear_who);
  const auto before = present(SIGTERM);

  { const Lifecycle lifecycle{health_, on_sigterm()}; }

  EXPECT_TRUE(is_same(present(SIGTERM), before));
}

TEST_F(LifecycleHandlersTest, StayWithAHandlerThatWasInstalledLater) {
  {
    const Lifecycle lifecycle{health_, on_sigterm()};
    install(SIGTERM, hear);
  }

  raise(SIGTERM);

  EXPECT_EQ(heard, 1);
}

TEST_F(LifecycleHandlersTest, BlockAndInterruptAsTheEarlierOneDid) {
  install(SIGTERM, hear);

  const Lifecycle lifecycle{health_, on_sigterm()};

  const auto ours = present(SIGTERM);
  EXPECT_EQ(ours.sa_flags & SA_RESTART, 0);
  EXPECT_EQ(sigismember(&ours.sa_mask, SIGUSR2), 1);
}

TEST_F(LifecycleHandlersTest, InterruptNoCallWithoutAnEarlierHandler) {
  const Lifecycle lifecycle{health_, on_sigterm()};

  EXPECT_NE(present(SIGTERM).sa_flags & SA_RESTART, 0);
}

TEST_F(LifecycleHandlersTest, AreSafeToCallWhileTheyAreInstalledAndRestored) {
  install(SIGTERM, hear);
  const auto before = present(SIGTERM);
  std::atomic<bool> over = false;
  std::thread sender_thread{[&] {
    while (!over) kill(getpid(), SIGTERM);
  }};

  for (int i = 0; i < 200; ++i) {
    Lifecycle lifecycle{health_, on_sigterm()};
    if (i % 2 == 0) lifecycle.step();
  }

  while (heard < 200) std::this_thread::yield();
  over = true;
  sender_thread.join();
  EXPECT_TRUE(is_same(present(SIGTERM), before));
}

struct Refused {
  std::vector<int> signals;
  std::string message;
};

std::ostream& operator<<(std::ostream& stream, const Refused& refused) { return stream << refused.message; }

class LifecycleRefusedSignalsTest : public LifecycleHandlersTest, public testing::WithParamInterface<Refused> {};

TEST_P(LifecycleRefusedSignalsTest, AreNamedAndNothingChanges) {
  install(SIGTERM, hear);
  const auto before = present(SIGTERM);

  EXPECT_THAT(refusal(GetParam().signals), HasSubstr("LifecycleOptions: stop_signals: " + GetParam().message));

  EXPECT_TRUE(is_same(present(SIGTERM), before));
  EXPECT_EQ(refusal({SIGTERM}), "") << "it belongs to nobody";
}

INSTANTIATE_TEST_SUITE_P(Samples, LifecycleRefusedSignalsTest,
                         testing::Values(Refused{{SIGTERM, SIGKILL}, "SIGKILL can't be caught"},
                                         Refused{{SIGTERM, SIGSTOP}, "SIGSTOP can't be caught"},
                                         Refused{{SIGTERM, 0}, "signal 0 isn't a signal number"},
                                         Refused{{SIGTERM, -1}, "signal -1 isn't a signal number"},
                                         Refused{{SIGTERM, 999}, "signal 999 isn't a signal number"},
                                         Refused{{SIGTERM, SIGSEGV}, "SIGSEGV isn't a request to end the process"},
                                         Refused{{SIGTERM, SIGTERM}, "SIGTERM is given twice"}));

TEST_F(LifecycleHandlersTest, CanNotBeForTheSignalsOfAnotherLifecycle) {
  Lifecycle lifecycle{health_, on_sigterm()};

  EXPECT_THAT(refusal({SIGINT, SIGTERM}), HasSubstr("SIGTERM is given twice, or belongs to another Lifecycle"));

  raise(SIGTERM);
  lifecycle.step();
  EXPECT_NE(lifecycle.state(), LifecycleState::serving) << "it still has it";
}

using LifecycleHandlersDeathTest = LifecycleHandlersTest;

TEST_F(LifecycleHandlersDeathTest, ASignalAfterTheEndDoesWhatItDidBefore) {
  const auto end_and_raise = [&] {
    Lifecycle lifecycle{health_, on_sigterm()};
    raise(SIGTERM);
    if (lifecycle.run() == 0) raise(SIGTERM);
  };

  EXPECT_EXIT(end_and_raise(), KilledBySignal(SIGTERM), "");
}

TEST_F(LifecycleHandlersDeathTest, ALeftOverHandlerDoesTheDefaultAction) {
  const auto pass_on_to_one_that_has_gone = [&] {
    {
      const Lifecycle lifecycle{health_, on_sigterm()};
      passed_on_to = install(SIGTERM, hear_and_pass_on);
    }
    raise(SIGTERM);
  };

  EXPECT_EXIT(pass_on_to_one_that_has_gone(), KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace vitals_test
