#include "lifecycle/drain_machine.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace vitals::inline v1 {
namespace detail {

using enum LifecycleState;

namespace {

Duration sum(const std::vector<Duration>& budgets) noexcept {
  return std::accumulate(budgets.begin(), budgets.end(), Duration::zero());
}

}  // namespace

Duration DrainPlan::fixed() const noexcept { return propagation_delay + sum(stop_accepting) + sum(stop); }

DrainAction DrainMachine::resume(const DrainInput& input) {
  if (state_ == serving) {
    if (!input.asked_at && !input.loop_ended) return {};
    deadline_ = input.asked_at.value_or(input.now) + plan_.deadline;
    return enter(draining, input.asked_at ? DrainCause::asked : DrainCause::loop_ended, input.now);
  }
  if (state_ == stopped) return {};
  if (input.insistence > 2) return enter(stopped, DrainCause::given_up, input.now);
  if (input.now >= deadline_) return enter(stopped, DrainCause::too_late, input.now);
  if (state_ == draining) return propagate(input);

  bool done = false;
  const auto next = call_next(input, done);
  if (!done) return next;
  return state_ == finishing ? await_work(input) : enter(stopped, DrainCause::all_called, input.now);
}

DrainAction DrainMachine::propagate(const DrainInput& input) noexcept {
  const auto end = since_ + plan_.propagation_delay;
  if (input.loop_ended) return enter(finishing, DrainCause::loop_ended, input.now);
  if (input.now >= end) return enter(finishing, DrainCause::delay_over, input.now);
  if (shortened(input)) return enter(finishing, DrainCause::asked_again, input.now);
  return wait_until(end);
}

DrainAction DrainMachine::await_work(const DrainInput& input) noexcept {
  if (!std::exchange(refuses_, true)) return {.kind = DrainAction::Kind::refuse};
  const auto end = deadline_ - sum(plan_.stop);
  if (input.in_flight == 0) return enter(stopping, DrainCause::work_done, input.now);
  if (input.work_is_lost || input.now >= end) return enter(stopping, DrainCause::work_left, input.now);
  if (shortened(input)) return enter(stopping, DrainCause::asked_again, input.now);
  return wait_until(end);
}

DrainAction DrainMachine::call_next(const DrainInput& input, bool& done) noexcept {
  const auto& budgets = plan_.budgets(state_);
  if (in_call_) {
    const auto end = call_began_ + budgets[called_ - 1];
    if (!input.call_ended && input.now < end) return wait_until(end);
    in_call_ = false;
    if (input.now > end || !input.call_ended) orderly_ = false;
    if (!input.call_ended) return {.kind = DrainAction::Kind::abandon, .callback = called_ - 1};
  }
  done = called_ == budgets.size();
  if (done) return {};
  in_call_ = true;
  call_began_ = input.now;
  return {.kind = DrainAction::Kind::call, .callback = called_++};
}

DrainAction DrainMachine::enter(LifecycleState state, DrainCause cause, SteadyTime now) noexcept {
  const bool cut = cause == DrainCause::given_up || cause == DrainCause::too_late || cause == DrainCause::work_left;
  if (cut || (state == stopping && cause == DrainCause::asked_again)) orderly_ = false;
  state_ = state;
  since_ = now;
  called_ = 0;
  in_call_ = false;
  return {.kind = DrainAction::Kind::enter, .cause = cause};
}

bool DrainMachine::shortened(const DrainInput& input) noexcept {
  return input.insistence > 1 && !std::exchange(shortened_, true);
}

DrainAction DrainMachine::wait_until(SteadyTime moment) const noexcept {
  return {.kind = DrainAction::Kind::wait, .until = std::min(moment, deadline_)};
}

}  // namespace detail
}  // namespace vitals::inline v1
