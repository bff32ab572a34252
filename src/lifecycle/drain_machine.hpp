#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <vitals/clock.hpp>
#include <vitals/lifecycle.hpp>

namespace vitals::inline v1 {
namespace detail {

/// How long the parts of a shutdown may take.
struct DrainPlan {
  Duration propagation_delay = Duration::zero();
  Duration deadline = Duration::zero();
  std::vector<Duration> stop_accepting = {};  ///< The budgets of the callbacks, in their order.
  std::vector<Duration> stop = {};

  [[nodiscard]] const std::vector<Duration>& budgets(LifecycleState state) const noexcept {
    return state == LifecycleState::finishing ? stop_accepting : stop;
  }
  /// The propagation delay and all callback budgets together.
  [[nodiscard]] Duration fixed() const noexcept;
};

struct DrainInput {
  SteadyTime now = {};
  std::optional<SteadyTime> asked_at = std::nullopt;  ///< When the shutdown was first requested.
  int insistence = 0;  ///< More than 1: it was requested again; more than 2: a third time.
  std::size_t in_flight = 0;
  bool call_ended = true;     ///< The callback that was begun last has ended.
  bool loop_ended = false;    ///< No new request can be answered: there is nothing to propagate.
  bool work_is_lost = false;  ///< The work in flight won't be finished.
};

enum class DrainCause {
  asked,
  delay_over,
  asked_again,
  loop_ended,
  work_done,
  work_left,
  all_called,
  given_up,
  too_late
};

struct DrainAction {
  enum class Kind {
    wait,     ///< Until `until`, or until an input changes.
    enter,    ///< The state has changed.
    call,     ///< Begin the state's callback of that index.
    abandon,  ///< That callback has spent its budget.
    refuse,   ///< Take no new work from here on.
  };

  Kind kind = Kind::wait;
  SteadyTime until = SteadyTime::max();
  std::size_t callback = 0;
  DrainCause cause = DrainCause::asked;
};

/// The decisions of a Lifecycle, without clock, thread, signal or callback. Call resume() with the facts and do what it
/// returns, until that is `wait`.
///
///     serving
///        │ asked
///     draining ───── asked again, the loop has ended, or the propagation delay is over
///        │
///     finishing ──── its callbacks one by one, which may still accept work; then no more is accepted;
///        │          no work in flight, asked again, or no more time for it
///        │
///     stopping ───── its callbacks one by one
///        │
///     stopped ◀───── from each of the three: asked a third time, or the deadline is over
///
/// A second request ends one wait: the current one or the next. Work in flight has the time until the deadline, less
/// the budgets of the callbacks that are still to come.
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
  SteadyTime since_ = {};     // when the state was entered
  SteadyTime deadline_ = {};  // of the whole shutdown
  std::size_t called_ = 0;
  bool in_call_ = false;
  SteadyTime call_began_ = {};
  bool refuses_ = false;
  bool shortened_ = false;
  bool orderly_ = true;
};

}  // namespace detail
}  // namespace vitals::inline v1
