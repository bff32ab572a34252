#include "core/model/check_state.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "core/base/moments.hpp"
#include "core/base/text.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using namespace std::chrono_literals;

bool periodic(const CheckRules& rules) { return rules.options.schedule.kind() == Schedule::Kind::every; }

bool failing(const CheckState& state) {
  return state.settled == Status::fail || (state.result && state.result->status() == Status::fail);
}

Duration interval_of(const CheckState& state, const CheckRules& rules) {
  const auto& schedule = rules.options.schedule;
  const auto faster = schedule.while_failing();
  return faster && state.result && failing(state) ? *faster : *schedule.interval();
}

// Intervals count from start to start. Turns that have passed are skipped.
SteadyTime next_turn(const CheckState& state, const CheckRules& rules, SteadyTime now) {
  if (!periodic(rules)) return state.ended + rules.stale_after / 2;
  const auto interval = interval_of(state, rules);
  const auto jittered = Duration{std::llround(static_cast<double>(interval.count()) * (1 + state.jitter))};
  const auto turn = state.started + jittered;
  if (turn > now) return turn;
  return turn + interval * ((now - turn) / interval + 1);
}

// Steps (1) and (2): records a result and counts results of one kind in a row.
void record(CheckState& state, SharedResult result, SteadyTime now, const CheckRules& rules) {
  const bool had_success = state.last_success.has_value();
  if (result->status() == Status::fail) {
    ++state.failures;
    ++state.failures_in_a_row;
    state.successes_in_a_row = 0;
    state.failure = result;
    const auto threshold = static_cast<std::uint64_t>(rules.options.failure_threshold);
    if (!had_success || state.failures_in_a_row >= threshold) state.settled = Status::fail;
  } else {
    ++state.successes_in_a_row;
    state.failures_in_a_row = 0;
    state.last_success = now;
    const auto threshold = static_cast<std::uint64_t>(rules.options.success_threshold);
    if (!had_success || state.settled != Status::fail || state.successes_in_a_row >= threshold)
      state.settled = result->status();
  }
  state.result = std::move(result);
  state.ended = now;
  ++state.results;
}

void record_timeout(CheckState& state, SteadyTime now, const CheckRules& rules) {
  ++state.timeouts;
  state.duration = rules.options.timeout;
  record(state, rules.timed_out, now, rules);
}

void pass_time(CheckState& state, SteadyTime now, const CheckRules& rules) {
  const auto deadline = deadline_of(state, rules);
  if (state.phase != RunPhase::running || now < deadline) return;
  state.phase = RunPhase::overdue;
  if (!state.delivered) record_timeout(state, deadline, rules);
  state.turn = next_turn(state, rules, now);
}

void renew_timeout(CheckState& state, SteadyTime began, SteadyTime now, const CheckRules& rules) {
  if (state.phase != RunPhase::running || state.stood_still || deadline_of(state, rules) <= began) return;
  state.stood_still = true;
  state.started = now;
}

struct Apply {
  CheckState& state;
  SteadyTime now;
  const CheckRules& rules;

  void operator()(const Started& started) const {
    state.phase = RunPhase::running;
    state.started = now;
    state.delivered = state.stood_still = false;
    state.jitter = started.jitter;
    state.turn = SteadyTime::max();
    ++state.runs;
  }
  void operator()(ResultArrived& arrived) const {
    if (state.phase != RunPhase::running || state.delivered) return;
    state.delivered = true;
    state.duration = now - state.started;
    record(state, std::move(arrived.result), now, rules);
  }
  void operator()(const Returned&) const {
    if (state.phase == RunPhase::idle) return;
    const bool was_overdue = std::exchange(state.phase, RunPhase::idle) == RunPhase::overdue;
    state.turn = next_turn(state, rules, now);
    // Earlier than the turn, so that there is a result again, but not at once: what the check depends on is slow and
    // needs a rest.
    if (was_overdue) state.turn = std::min(state.turn, now + (now - state.started));
  }
  void operator()(const TurnMissed&) const {
    if (state.phase != RunPhase::overdue) return;
    record_timeout(state, now, rules);
    state.turn = next_turn(state, rules, now);
  }
  void operator()(const TimePassed&) const {}
  void operator()(const MadeDue&) const { state.turn = std::min(state.turn, now); }
  void operator()(const Postponed& postponed) const { state.turn = now + postponed.delay; }
  void operator()(const StoodStill&) const {
    if (state.phase == RunPhase::idle) state.turn = std::min(state.turn, now);
  }
};

// A result that came during the call is shown at once, although the call hasn't returned.
Condition condition_of(const CheckState& state) {
  switch (state.phase) {
    case RunPhase::idle: return Condition::fresh;
    case RunPhase::running: return state.delivered ? Condition::fresh : Condition::running;
    case RunPhase::overdue: return Condition::overdue;
  }
  return Condition::fresh;
}

Verdict judge_unchecked(const CheckState& state, const CheckRules& rules, const Surroundings& around, SteadyTime now) {
  Verdict verdict{.message = around.runner ? "not checked yet" : "no runner"};
  if (rules.probe != Probe::liveness) return verdict;
  const auto since = std::max(state.registered, around.latched.value_or(state.registered));
  const auto bound = since + rules.stale_after;
  if (now > bound) {
    verdict.message = "never ran";
    return verdict;
  }
  verdict.status = Status::pass;
  verdict.valid_until = just_after(bound);
  return verdict;
}

}  // namespace

CheckRules rules_of(Probe probe, const CheckOptions& options) {
  const auto stale_after = stale_bound(options);
  return {.probe = probe,
          .options = options,
          .stale_after = stale_after,
          .timed_out = std::make_shared<const CheckResult>(
              CheckResult::fail("timed out after " + spoken(options.timeout) + ", still running")),
          .stale_message = "stale: no result within " + spoken(stale_after)};
}

CheckState next(CheckState state, CheckEvent event, SteadyTime now, const CheckRules& rules) noexcept {
  if (const auto* gap = std::get_if<StoodStill>(&event)) renew_timeout(state, gap->began, now, rules);
  pass_time(state, now, rules);
  std::visit(Apply{state, now, rules}, event);
  return state;
}

Grace with_last_known_good(Status status, std::optional<SteadyTime> last_success, Duration window,
                           SteadyTime now) noexcept {
  if (status != Status::fail || !last_success || now >= *last_success + window) return {status};
  return {Status::warn, *last_success + window};
}

// A verdict always expires at the deadline of a run in progress, which may become overdue then.
Verdict judge(const CheckState& state, const CheckRules& rules, const Surroundings& around, SteadyTime now) noexcept {
  const auto run_ends = state.phase == RunPhase::running ? deadline_of(state, rules) : SteadyTime::max();
  if (!state.result) {
    auto verdict = judge_unchecked(state, rules, around, now);
    verdict.valid_until = std::min(verdict.valid_until, run_ends);
    return verdict;
  }
  const auto stale_from = just_after(state.ended + rules.stale_after);
  if (now >= stale_from)
    return {.condition = Condition::stale, .message = rules.stale_message, .valid_until = run_ends};

  const auto grace = with_last_known_good(state.settled, state.last_success, rules.options.last_known_good_for, now);
  Verdict verdict{.status = grace.status,
                  .condition = condition_of(state),
                  .valid_until = std::min({stale_from, grace.until, run_ends})};
  const bool by_failure = state.settled == Status::fail && state.result->status() != Status::fail;
  if (by_failure) verdict.message = state.failure->message();
  verdict.by_library = (by_failure ? state.failure : state.result) == rules.timed_out;
  return verdict;
}

SteadyTime wanted_from(const CheckState& state, const CheckRules& rules) noexcept {
  if (!state.result) return SteadyTime::min();
  if (periodic(rules)) return just_after(state.ended + rules.stale_after);
  return state.ended + *rules.options.schedule.max_age();
}

SteadyTime next_look(const CheckState& state, const CheckRules& rules) noexcept {
  return state.phase == RunPhase::running ? deadline_of(state, rules) : state.turn;
}

Duration stale_bound(const CheckOptions& options) {
  if (options.stale_after) return *options.stale_after;
  if (const auto interval = options.schedule.interval()) return 3 * *interval + options.timeout;
  return 30s;
}

}  // namespace detail
}  // namespace vitals::inline v1
