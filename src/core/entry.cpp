#include "core/entry.hpp"

#include <algorithm>

#include "core/probe_rules.hpp"

namespace vitals::inline v1 {
namespace detail {

Verdict judge(const InstantReading& reading, const CheckRules& rules, SteadyTime now) {
  if (reading.stale) return {.condition = Condition::stale, .valid_until = reading.valid_until};
  const auto grace =
      with_last_known_good(reading.result.status(), reading.last_success, rules.options.last_known_good_for, now);
  return {
      .status = grace.status, .condition = Condition::fresh, .valid_until = std::min(reading.valid_until, grace.until)};
}

Status contribution_of(const Entry& entry) {
  const auto& verdict = entry.verdict;
  const bool never_started = entry.rules.probe == Probe::startup && verdict.condition == Condition::not_checked_yet;
  return counted(verdict.status, entry.rules.options.critical || never_started);
}

const std::string& reason_of(const Entry& entry) {
  if (!entry.verdict.message.empty()) return entry.verdict.message;
  if (entry.reading) return entry.reading->result.message();
  return entry.state.result ? entry.state.result->message() : entry.verdict.message;
}

CheckReport report_of(const Entry& entry) {
  const auto& state = entry.state;
  CheckReport report{.name = entry.name,
                     .probe = entry.rules.probe,
                     .status = entry.verdict.status,
                     .critical = entry.rules.options.critical,
                     .condition = entry.verdict.condition,
                     .message = reason_of(entry),
                     .duration = state.duration,
                     .checked_at = entry.checked_at,
                     .succeeded_at = entry.succeeded_at,
                     .changed_at = entry.changed_at,
                     .runs = state.runs,
                     .failures = state.failures,
                     .timeouts = state.timeouts,
                     .failures_in_a_row = state.failures_in_a_row,
                     .successes_in_a_row = state.successes_in_a_row};
  if (entry.reading) {
    report.data = entry.reading->result.data();
    report.checked_at = entry.reading->set_at;
  } else if (state.result) {
    report.data = state.result->data();
  }
  return report;
}

}  // namespace detail
}  // namespace vitals::inline v1
