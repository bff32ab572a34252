#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <vitals/clock.hpp>
#include <vitals/lifecycle.hpp>

namespace vitals::inline v1 {
namespace detail {

/// How long the parts of a service's end may take.
struct DrainPlan {
  Duration propagation_delay = Duration::zero();
  Duration deadline = Duration::zero();
  std::vector<Duration> stop_accepting = {};  ///< The budgets of the callbacks, in their order.
  std::vector<Duration> stop = {};

  /// The budgets of the callbacks that belong to a state.
  [[nodiscard]] const std::vector<Duration>& budgets(LifecycleState state) const noexcept {
    return state == LifecycleState::finishing ? stop_accepting : stop;
  }
  /// What the propagation delay and all callbacks may take together.
  [[nodiscard]] Duration fixed() const noexcept;
};

/// What is known at a moment.
struct DrainInput {
  SteadyTime now = {};
  std::optional<SteadyTime> asked_at = std::nullopt;  ///< When somebody first asked for the end.
  int insistence = 0;                                 ///< More than 1: they have asked again, and again.
  std::size_t in_flight = 0;
  bool call_ended = true;      ///< Of the callback that was begun last.
  bool nobody_serves = false;  ///< Nothing new can be answered: there is nothing to propagate.
  bool work_is_lost = false;   ///< Nobody works on what is in flight.
};

/// Why the state has changed.
enum class DrainCause {
  asked,
  delay_over,
  asked_again,
  nobody_serves,
  work_done,
  work_left,
  all_called,
  given_up,
  too_late
};

/// What is to be done next.
struct DrainAction {
  enum class Kind {
    wait,     ///< Until `until`, or until something is different.
    enter,    ///< The state has changed.
    call,     ///< Begin the callback of that index among those of the state.
    abandon,  ///< That callback has spent its budget.
    refuse,   ///< Take no new work from here on.
  };

  Kind kind = Kind::wait;
  SteadyTime until = SteadyTime::max();
  std::size_t callback = 0;
  DrainCause cause = DrainCause::asked;
};

/// The decisions of a Lifecycle, without clock, thread, signal or callback: resume() is given what is known and says
/// what to do, until it says wait.
///
///     serving
///        │ asked
///     draining ───── asked again, nobody serves, or the propagation delay is over
///        │
///     finishing ──── its callbacks one by one, which may bring in the last work; no more is taken then;
///        │          no work in flight, asked again, or no more time for it
///        │
///     stopping ───── its callbacks one by one
///        │
///     stopped ◀───── from each of the three: asked a third time, or the deadline is over
///
/// Whoever asks again ends one wait, the one under way or the next. Work in flight has what the deadline leaves
/// beside the budgets of the callbacks that are still to come.
class DrainMachine {
 public:
  explicit DrainMachine(DrainPlan plan) noexcept : plan_{std::move(plan)} {}

  [[nodiscard]] DrainAction resume(const DrainInput& input);

  [[nodiscard]] LifecycleState state() const noexcept { return state_; }
  /// Nothing was abandoned, given up or left.
  [[nodiscard]] bool orderly() const noexcept { return orderly_; }
  /// May be changed while the state is serving.
  [[nodiscard]] DrainPlan& plan() noexcept { return plan_; }

 private:
  [[nodiscard]] DrainAction enter(LifecycleState state, DrainCause cause, SteadyTime now) noexcept;
  [[nodiscard]] DrainAction propagate(const DrainInput& input) noexcept;
  [[nodiscard]] DrainAction await_work(const DrainInput& input) noexcept;
  /// The next thing to do about this state's callbacks; `done` once they have all ended.
  [[nodiscard]] DrainAction call_next(const DrainInput& input, bool& done) noexcept;
  [[nodiscard]] bool shortened(const DrainInput& input) noexcept;
  [[nodiscard]] DrainAction wait_until(SteadyTime moment) const noexcept;

  DrainPlan plan_;
  LifecycleState state_ = LifecycleState::serving;
  SteadyTime since_ = {};     // of the state
  SteadyTime deadline_ = {};  // of it all
  std::size_t called_ = 0;
  bool in_call_ = false;
  SteadyTime call_began_ = {};
  bool refuses_ = false;
  bool shortened_ = false;
  bool orderly_ = true;
};

}  // namespace detail
}  // namespace vitals::inline v1
