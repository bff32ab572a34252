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

/// The part of a check's registration that its verdict depends on.
struct CheckRules {
  Probe probe = Probe::readiness;
  CheckOptions options = {};
  Duration stale_after = Duration::zero();
  // Made in advance: later there may be no memory.
  SharedResult timed_out = nullptr;  ///< The result of a timeout.
  std::string stale_message = {};
};

/// The rules of a scheduled check, with the stale bound from its options or its schedule.
[[nodiscard]] CheckRules rules_of(Probe probe, const CheckOptions& options);

/// The phase of a check's only run. `returned`: the call has ended and, if the check is asynchronous, its completion
/// has come.
///
///        started              result, returned
///   idle ───────▶ running ───────────────────────▶ idle
///                    │ time passes the deadline:
///                    │ the result is a failure by timeout
///                    ▼
///                 overdue ──returned───▶ idle, due after as long again as the run took, at its turn at the latest
///                   │   ▲
///                   └───┘ turn missed: one more failure
enum class RunPhase { idle, running, overdue };

/// The state of a scheduled check. A value: next() returns the state after an event.
struct CheckState {
  SteadyTime registered = {};

  RunPhase phase = RunPhase::idle;
  SteadyTime started = {};
  bool delivered = false;    ///< The current run has its result, but hasn't returned.
  bool stood_still = false;  ///< The current run has been given a fresh timeout.
  SteadyTime turn = {};      ///< When the schedule makes the next run due.
  double jitter = 0;         ///< Of the current turn, as a fraction of the interval: -0.1 to 0.1.

  SharedResult result = nullptr;   ///< The last one, whatever the thresholds say. Null: none yet.
  SteadyTime ended = {};           ///< When that result arrived.
  Status settled = Status::fail;   ///< The status after the thresholds.
  SharedResult failure = nullptr;  ///< The last failure; its message is shown until successes reach their threshold.
  std::optional<SteadyTime> last_success = std::nullopt;

  std::uint64_t failures_in_a_row = 0;
  std::uint64_t successes_in_a_row = 0;
  std::uint64_t runs = 0;
  std::uint64_t results = 0;  ///< Including timeouts and missed turns.
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
/// Only time has passed: a run may have become overdue.
struct TimePassed {};
/// The due run couldn't begin; it is due again after `delay`.
struct Postponed {
  Duration delay;
};
/// The check is due now, whatever its schedule says.
struct MadeDue {};
/// The process was paused until now, since `began` at the earliest. A run in progress gets one fresh timeout; an idle
/// check is made due.
struct StoodStill {
  SteadyTime began;
};

using CheckEvent =
    std::variant<Started, ResultArrived, Returned, TurnMissed, TimePassed, MadeDue, Postponed, StoodStill>;

/// The state after `event` at `now`. Pure.
[[nodiscard]] CheckState next(CheckState state, CheckEvent event, SteadyTime now, const CheckRules& rules) noexcept;

/// Facts outside the check that its verdict depends on.
struct Surroundings {
  std::optional<SteadyTime> latched = std::nullopt;  ///< When startup succeeded.
  bool runner = true;
};

/// A check's status at a moment, after steps (1) to (4).
struct Verdict {
  Status status = Status::fail;
  Condition condition = Condition::not_checked_yet;
  /// Why the result doesn't count. Empty: it does, and its own message is shown. Lives as long as the state and the
  /// rules.
  std::string_view message = {};
  /// Whether the message shown is the library's own.
  bool by_library = true;
  /// When the verdict expires: the first moment at which time alone may make it wrong.
  SteadyTime valid_until = SteadyTime::max();
};

/// Judges a state at `now`. Pure; the state must have seen TimePassed at `now`.
[[nodiscard]] Verdict judge(const CheckState& state, const CheckRules& rules, const Surroundings& around,
                            SteadyTime now) noexcept;

/// Step (3), for instant checks too: a failure counts as warn until `window` after the last success.
struct Grace {
  Status status = Status::fail;
  SteadyTime until = SteadyTime::max();
};
[[nodiscard]] Grace with_last_known_good(Status status, std::optional<SteadyTime> last_success, Duration window,
                                         SteadyTime now) noexcept;

/// From when a probe needs a run: there is no result, it is too old for on_demand, or it is stale.
[[nodiscard]] SteadyTime wanted_from(const CheckState& state, const CheckRules& rules) noexcept;

/// When the timer must next settle the check: at its next turn or at the deadline of its run.
[[nodiscard]] SteadyTime next_look(const CheckState& state, const CheckRules& rules) noexcept;

/// When the current run becomes overdue.
[[nodiscard]] inline SteadyTime deadline_of(const CheckState& state, const CheckRules& rules) noexcept {
  return state.started + rules.options.timeout;
}

/// `stale_after` if it is given, else the schedule's default.
[[nodiscard]] Duration stale_bound(const CheckOptions& options);

}  // namespace detail
}  // namespace vitals::inline v1
