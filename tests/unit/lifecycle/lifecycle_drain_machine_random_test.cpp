// The promises of the drain machine's header hold for random events in any order.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "lifecycle/drain_machine.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::LifecycleState;
using vitals::SteadyTime;
using vitals::detail::DrainAction;
using vitals::detail::DrainCause;
using vitals::detail::DrainInput;
using vitals::detail::DrainMachine;
using vitals::detail::DrainPlan;

constexpr SteadyTime deadline{30s};

/// The history of a machine, from the first request to the end.
class RandomHistory {
 public:
  explicit RandomHistory(unsigned seed) : random_{seed} {
    if (!input_.loop_ended) input_.asked_at = input_.now;
  }

  void run() {
    while (machine_.state() != LifecycleState::stopped && !testing::Test::HasFatalFailure()) {
      ASSERT_LE(input_.now, deadline);
      take(machine_.resume(input_));
    }
  }

 private:
  int upto(int most) { return static_cast<int>(random_() % static_cast<unsigned>(most + 1)); }
  DrainPlan make_plan() {
    DrainPlan plan{.propagation_delay = 1s * upto(10), .deadline = deadline.time_since_epoch()};
    for (int i = upto(3); i > 0; --i) plan.stop_accepting.push_back(1s * (1 + upto(2)));
    for (int i = upto(3); i > 0; --i) plan.stop.push_back(1s * (1 + upto(2)));
    return plan;
  }

  void take(const DrainAction& action) {
    switch (action.kind) {
      case DrainAction::Kind::enter: return enter(action.cause);
      case DrainAction::Kind::call:
        ASSERT_TRUE(input_.call_ended) << "one at a time";
        ASSERT_EQ(action.callback, called_++);
        input_.call_ended = false;
        return;
      case DrainAction::Kind::abandon: input_.call_ended = true; return;
      case DrainAction::Kind::refuse: ASSERT_EQ(called_, plan_.stop_accepting.size()); return;
      case DrainAction::Kind::wait:
        ASSERT_GT(action.until, input_.now) << "it would spin";
        ASSERT_LE(action.until, deadline);
        change_something(action.until);
        return;
    }
  }
  void enter(DrainCause cause) {
    ASSERT_GT(machine_.state(), state_);
    if (cause == DrainCause::all_called) {
      ASSERT_EQ(called_, plan_.stop.size());
    }
    state_ = machine_.state();
    called_ = 0;
  }
  void change_something(SteadyTime until) {
    switch (upto(5)) {
      case 0: input_.insistence += upto(1); break;
      case 1: input_.in_flight = static_cast<std::size_t>(upto(2)); break;
      case 2: input_.call_ended = true; break;
      case 3: input_.now = std::min(input_.now + 1s * upto(3), deadline); break;
      default: input_.now = until; break;
    }
  }

  std::minstd_rand random_;
  const DrainPlan plan_ = make_plan();
  DrainMachine machine_{plan_};
  DrainInput input_{.insistence = 1, .in_flight = static_cast<std::size_t>(upto(2)), .loop_ended = upto(5) == 0};
  LifecycleState state_ = LifecycleState::serving;
  std::size_t called_ = 0;
};

TEST(DrainMachinePropertyTest, EveryHistoryEndsInTimeAndInOrder) {
  for (unsigned seed = 0; seed < 2000 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));

    RandomHistory{seed}.run();
  }
}

}  // namespace
