#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lifecycle/drain_machine.hpp"

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using vitals::Duration;
using vitals::LifecycleState;
using vitals::SteadyTime;
using vitals::detail::DrainAction;
using vitals::detail::DrainCause;
using vitals::detail::DrainInput;
using vitals::detail::DrainMachine;
using vitals::detail::DrainPlan;

std::string word_of(DrainCause cause) {
  switch (cause) {
    case DrainCause::asked: return "asked";
    case DrainCause::delay_over: return "delay over";
    case DrainCause::asked_again: return "asked again";
    case DrainCause::loop_ended: return "loop ended";
    case DrainCause::work_done: return "work done";
    case DrainCause::work_left: return "work left";
    case DrainCause::all_called: return "all called";
    case DrainCause::given_up: return "given up";
    case DrainCause::too_late: return "too late";
  }
  return "?";
}

/// A machine and its inputs; times are in seconds from its construction.
class DrainMachineTest : public testing::Test {
 protected:
  /// All actions that are due now, in words, until the machine waits. Calls go on until `end_call()`.
  std::vector<std::string> resume() {
    std::vector<std::string> done;
    for (int turn = 0; turn < 100; ++turn) {
      const auto action = machine_.resume(input_);
      if (action.kind == DrainAction::Kind::wait) {
        until_ = action.until;
        return done;
      }
      done.push_back(describe(action));
      if (action.kind == DrainAction::Kind::call) input_.call_ended = false;
      if (action.kind == DrainAction::Kind::abandon) input_.call_ended = true;
    }
    ADD_FAILURE() << "it never waits";
    return done;
  }
  std::vector<std::string> resume_at(Duration time) {
    input_.now = SteadyTime{time};
    return resume();
  }
  std::vector<std::string> ask() {
    if (!input_.asked_at) input_.asked_at = input_.now;
    ++input_.insistence;
    return resume();
  }
  std::vector<std::string> end_call() {
    input_.call_ended = true;
    return resume();
  }
  std::vector<std::string> end_work() {
    input_.in_flight = 0;
    return resume();
  }
  Duration until() const { return until_.time_since_epoch(); }

  DrainInput input_{};
  DrainMachine machine_{{.propagation_delay = 10s, .deadline = 25s, .stop_accepting = {2s}, .stop = {3s, 1s}}};

 private:
  std::string describe(const DrainAction& action) const {
    switch (action.kind) {
      case DrainAction::Kind::wait: return "wait";
      case DrainAction::Kind::enter: return std::string{to_string(machine_.state())} + ": " + word_of(action.cause);
      case DrainAction::Kind::call: return "call " + std::to_string(action.callback);
      case DrainAction::Kind::abandon: return "abandon " + std::to_string(action.callback);
      case DrainAction::Kind::refuse: return "refuse";
    }
    return "?";
  }

  SteadyTime until_ = {};
};

TEST_F(DrainMachineTest, ServesUntilTheEndIsRequested) {
  EXPECT_THAT(resume_at(1h), IsEmpty());
  EXPECT_EQ(until(), SteadyTime::max().time_since_epoch());
  EXPECT_EQ(machine_.state(), LifecycleState::serving);
}

TEST_F(DrainMachineTest, DrainsForThePropagationDelay) {
  EXPECT_THAT(ask(), ElementsAre("draining: asked"));
  EXPECT_EQ(until(), 10s);

  EXPECT_THAT(resume_at(10s - 1ns), IsEmpty());
  EXPECT_THAT(resume_at(10s), ElementsAre("finishing: delay over", "call 0"));
}

TEST_F(DrainMachineTest, GoesThroughAllStatesInOrder) {
  input_.in_flight = 2;

  EXPECT_THAT(ask(), ElementsAre("draining: asked"));
  EXPECT_THAT(resume_at(10s), ElementsAre("finishing: delay over", "call 0"));
  EXPECT_THAT(end_call(), ElementsAre("refuse"));
  EXPECT_THAT(end_work(), ElementsAre("stopping: work done", "call 0"));
  EXPECT_THAT(end_call(), ElementsAre("call 1"));
  EXPECT_THAT(end_call(), ElementsAre("stopped: all called"));
  EXPECT_TRUE(machine_.orderly());
}

TEST_F(DrainMachineTest, DoesNotWaitWithoutWork) {
  ask();
  resume_at(10s);

  EXPECT_THAT(end_call(), ElementsAre("refuse", "stopping: work done", "call 0"));
}

TEST_F(DrainMachineTest, WaitsForWorkNoLongerThanTheCallbacksLeaveTimeFor) {
  input_.in_flight = 1;
  ask();
  resume_at(10s);

  EXPECT_THAT(end_call(), ElementsAre("refuse"));
  EXPECT_EQ(until(), 25s - 4s);
  EXPECT_THAT(resume_at(21s), ElementsAre("stopping: work left", "call 0"));
  EXPECT_FALSE(machine_.orderly());
}

TEST_F(DrainMachineTest, AbandonsACallbackAtTheEndOfItsBudgetAndContinues) {
  ask();
  resume_at(10s);
  resume_at(11s);
  end_call();
  EXPECT_EQ(until(), 14s);

  EXPECT_THAT(resume_at(14s), ElementsAre("abandon 0", "call 1"));
  EXPECT_THAT(end_call(), ElementsAre("stopped: all called"));
  EXPECT_FALSE(machine_.orderly());
}

TEST_F(DrainMachineTest, ACallbackThatEndedTooLateIsNotInOrder) {
  ask();
  resume_at(10s);
  input_.now = SteadyTime{12s + 1ns};

  end_call();

  EXPECT_FALSE(machine_.orderly());
}

TEST_F(DrainMachineTest, ASecondRequestEndsThePropagationDelay) {
  input_.in_flight = 1;
  ask();

  EXPECT_THAT(ask(), ElementsAre("finishing: asked again", "call 0"));
  EXPECT_THAT(end_call(), ElementsAre("refuse")) << "the work is still waited for";
  EXPECT_TRUE(machine_.orderly());
}

TEST_F(DrainMachineTest, ASecondRequestEndsTheWaitForWork) {
  input_.in_flight = 1;
  ask();
  resume_at(10s);
  end_call();

  EXPECT_THAT(ask(), ElementsAre("stopping: asked again", "call 0"));
  EXPECT_FALSE(machine_.orderly());
}

TEST_F(DrainMachineTest, ASecondRequestAbandonsNoCallback) {
  ask();
  resume_at(10s);
  end_call();

  EXPECT_THAT(ask(), IsEmpty());
  EXPECT_THAT(end_call(), ElementsAre("call 1"));
}

TEST_F(DrainMachineTest, AThirdRequestAbandonsWhateverIsInProgress) {
  ask();
  resume_at(10s);
  end_call();
  ask();

  EXPECT_THAT(ask(), ElementsAre("stopped: given up"));
  EXPECT_FALSE(machine_.orderly());
}

TEST_F(DrainMachineTest, ThreeRequestsAtOnceAbandonEverythingAtOnce) {
  input_.insistence = 2;

  EXPECT_THAT(ask(), ElementsAre("draining: asked", "stopped: given up"));
}

TEST_F(DrainMachineTest, TheDeadlineEndsEverything) {
  input_.in_flight = 1;
  ask();

  EXPECT_THAT(resume_at(25s), ElementsAre("stopped: too late")) << "also after a standstill";
  EXPECT_FALSE(machine_.orderly());
}

TEST_F(DrainMachineTest, TheDeadlineCountsFromTheFirstRequest) {
  input_.asked_at = SteadyTime{0s};

  EXPECT_THAT(resume_at(12s), ElementsAre("draining: asked"));
  EXPECT_EQ(until(), 22s) << "load balancers begin to notice only now";
  EXPECT_THAT(resume_at(22s), ElementsAre("finishing: delay over", "call 0"));
  EXPECT_THAT(resume_at(24s), ElementsAre("abandon 0", "refuse", "stopping: work done", "call 0"));
  EXPECT_THAT(resume_at(25s), ElementsAre("stopped: too late"));
}

TEST_F(DrainMachineTest, ThePropagationDelayIsSkippedOnceTheLoopHasEnded) {
  input_.loop_ended = true;

  EXPECT_THAT(resume(), ElementsAre("draining: loop ended", "finishing: loop ended", "call 0"));
}

TEST_F(DrainMachineTest, WorkThatIsLostIsNotWaitedFor) {
  input_.loop_ended = input_.work_is_lost = true;
  input_.in_flight = 1;
  resume();

  EXPECT_THAT(end_call(), ElementsAre("refuse", "stopping: work left", "call 0"));
}

TEST_F(DrainMachineTest, NothingHappensOnceItHasStopped) {
  input_.insistence = 2;
  ask();

  EXPECT_THAT(ask(), IsEmpty());
  EXPECT_THAT(resume_at(1h), IsEmpty());
}

}  // namespace
