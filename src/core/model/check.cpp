#include "core/model/check.hpp"

#include <algorithm>

#include "core/model/probe_rules.hpp"

namespace vitals::inline v1 {
namespace detail {

Verdict judge(const InstantReading& reading, const CheckRules& rules, SteadyTime now) noexcept {
  if (reading.stale) return {.condition = Condition::stale, .valid_until = reading.valid_until};
  const auto grace =
      with_last_known_good(reading.result->status(), reading.last_success, rules.options.last_known_good_for, now);
  return {.status = grace.status,
          .condition = Condition::fresh,
          .by_library = reading.by_library,
          .valid_until = std::min(reading.valid_until, grace.until)};
}

Status contribution_of(const Check& check) noexcept {
  return counted(check.verdict.status, check.rules.probe, check.rules.options.critical, check.verdict.condition);
}

std::string_view reason_of(const Check& check) noexcept {
  if (!check.verdict.message.empty()) return check.verdict.message;
  if (check.reading) return check.reading->result->message();
  return check.state.result ? std::string_view{check.state.result->message()} : std::string_view{};
}

CheckReport report_of(const Check& check) {
  const auto& state = check.state;
  CheckReport report{.name = check.name,
                     .probe = check.rules.probe,
                     .status = check.verdict.status,
                     .critical = check.rules.options.critical,
                     .condition = check.verdict.condition,
                     .message = std::string{reason_of(check)},
                     .duration = state.duration,
                     .checked_at = check.checked_at,
                     .succeeded_at = check.succeeded_at,
                     .changed_at = check.changed_at,
                     .runs = state.runs,
                     .results = state.results,
                     .failures = state.failures,
                     .timeouts = state.timeouts,
                     .failures_in_a_row = state.failures_in_a_row,
                     .successes_in_a_row = state.successes_in_a_row,
                     .failure_threshold = check.rules.options.failure_threshold,
                     .message_by_library = check.verdict.by_library,
                     .called = !check.instant};
  if (check.reading) {
    report.data = check.reading->result->data();
    report.checked_at = check.reading->set_at;
  } else if (state.result) {
    report.data = state.result->data();
  }
  return report;
}

// The first result is a transition, too. "Not checked yet" isn't, unless a liveness check fails because it never ran.
std::optional<Transition> change_of(const Check& check, SteadyTime now) noexcept {
  const auto status = check.verdict.status;
  if (check.announced == status) return std::nullopt;
  const bool never_ran = check.rules.probe == Probe::liveness && status == Status::fail;
  if (!check.instant && !check.state.result && !never_ran && !check.announced) return std::nullopt;
  return Transition{check.announced, status, check.announced ? now - check.announced_at : Duration::zero()};
}

void mark_announced(Check& check, const Moment& now) noexcept {
  check.announced = check.verdict.status;
  check.announced_at = now.steady;
  check.changed_at = now.wall;
}

}  // namespace detail
}  // namespace vitals::inline v1
