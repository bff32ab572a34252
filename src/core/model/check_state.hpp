#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <vitals/check.hpp>
#include <vitals/report.hpp>

#include "core/model/result.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What of a check's registration decides what its results amount to.
struct CheckRules {
  Probe probe = Probe::readiness;
  CheckOptions options = {};
  Duration stale_after = Duration::zero();
  SharedResult timed_out = nullptr;  ///< What an overrun amounts to. Made beforehand, as the next: later there may be
  std::string stale_message = {};    ///< no memory.
};

/// The rules of a check that is run, with the stale bound that its options or its schedule give.
[[nodiscard]] CheckRules rules_of(Probe probe, const CheckOptions& options);

/// Where the one run of a check is. `returned` is the end of the call and, if the check is asynchronous, of its
/// completion.
///
///        started              result, returned
///   idle ───────▶ running ───────────────────────▶ idle
///                    │ time passes the deadline:
///                    │ the result is a failure by timeout
///                    ▼
///                 overdue ──returned───▶ idle, due when as much time has passed as the run took, at most at its turn
///                   │   ▲
///                   └───┘ turn missed: one more failure
enum class RunPhase { idle, running, overdue };

/// Everything that is known of a scheduled check. A value: next() makes the state after an event from the one before.
struct CheckState {
  SteadyTime registered = {};

  RunPhase phase = RunPhase::idle;
  SteadyTime started = {};
  bool delivered = false;    ///< The present run's result is in, and only its return is awaited.
  bool stood_still = false;  ///< The present run had a fresh timeout.
  SteadyTime turn = {};      ///< When the schedule wants the next run.
  double jitter = 0;         ///< Of the present turn: a part of the interval, -0.1 to 0.1.

  SharedResult result = nullptr;   ///< The last one, with its message; counted or not. Null: there was none.
  SteadyTime ended = {};           ///< When that result came in.
  Status settled = Status::fail;   ///< What the results amount to by the thresholds.
  SharedResult failure = nullptr;  ///< The last failure, whose message counts while successes don't yet.
  std::optional<SteadyTime> last_success = std::nullopt;

  std::uint64_t failures_in_a_row = 0;
  std::uint64_t successes_in_a_row = 0;
  std::uint64_t runs = 0;
  std::uint64_t results = 0;  ///< Timeouts and missed turns among them.
  std::uint64_t failures = 0;
  std::uint64_t timeouts = 0;
  Duration duration = Duration::zero();
};

struct Started {
  double jitter = 0;
};
struct ResultArrived {
  SharedResult result;
};
struct Returned {};
struct TurnMissed {};
/// Nothing but time: a run may have become overdue.
struct TimePassed {};
/// The run that was due couldn't begin: it is due again that much later.
struct Postponed {
  Duration delay;
};
/// Runs the check at the next opportunity, whatever its schedule says.
struct MadeDue {};
/// The process stood still until now, and since `began` at the earliest. A run under way has a fresh timeout, once; a
/// check without one is made due.
struct StoodStill {
  SteadyTime began;
};

using CheckEvent =
    std::variant<Started, ResultArrived, Returned, TurnMissed, TimePassed, MadeDue, Postponed, StoodStill>;

/// The state after `event` at `now`. Pure.
[[nodiscard]] CheckState next(CheckState state, CheckEvent event, SteadyTime now, const CheckRules& rules) noexcept;

/// What lies outside of the check and bears on its verdict.
struct Surroundings {
  std::optional<SteadyTime> latched = std::nullopt;  ///< When startup succeeded.
  bool runner = true;                                ///< Somebody runs checks.
};

/// What a check's results amount to at a moment: steps (1) to (4).
struct Verdict {
  Status status = Status::fail;
  Condition condition = Condition::not_checked_yet;
  /// Says more than the result's own message: why the result doesn't count. Empty: the result speaks. Lasts as long as
  /// the state and the rules.
  std::string_view message = {};
  /// Whether the message that counts is the library's own.
  bool by_library = true;
  /// The first moment at which time alone makes this verdict wrong.
  SteadyTime valid_until = SteadyTime::max();
};

/// Judges a state at `now`. Pure; the state must have seen TimePassed at `now`.
[[nodiscard]] Verdict judge(const CheckState& state, const CheckRules& rules, const Surroundings& around,
                            SteadyTime now) noexcept;

/// Step (3), for instant checks too: a failure that counts as warn until so long after the last success.
struct Grace {
  Status status = Status::fail;
  SteadyTime until = SteadyTime::max();
};
[[nodiscard]] Grace with_last_known_good(Status status, std::optional<SteadyTime> last_success, Duration window,
                                         SteadyTime now) noexcept;

/// From when on a probe needs a run: there is no result, it is too old for on_demand, or it is stale.
[[nodiscard]] SteadyTime wanted_from(const CheckState& state, const CheckRules& rules) noexcept;

/// When the Runner must next look at the check: a turn, a deadline.
[[nodiscard]] SteadyTime next_look(const CheckState& state, const CheckRules& rules) noexcept;

/// When the present run becomes overdue.
[[nodiscard]] inline SteadyTime deadline_of(const CheckState& state, const CheckRules& rules) noexcept {
  return state.started + rules.options.timeout;
}

/// The stale bound: what the options say, or the schedule's default.
[[nodiscard]] Duration stale_bound(const CheckOptions& options);

}  // namespace detail
}  // namespace vitals::inline v1
