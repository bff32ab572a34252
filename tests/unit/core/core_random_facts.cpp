#include "core_random_facts.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>

namespace vitals::inline v1 {
namespace test {
namespace {

using namespace std::chrono_literals;

/// One result of a called check. A timeout has no CheckResult.
struct Outcome {
  SteadyTime at;
  const CheckResult* result;

  [[nodiscard]] bool failed() const { return !result || result->status() == Status::fail; }
  [[nodiscard]] Status status() const { return failed() ? Status::fail : result->status(); }
};

std::vector<Outcome> outcomes_of(const CheckFacts& check, SteadyTime now) {
  std::vector<Outcome> outcomes;
  outcomes.reserve(check.runs.size());
  for (const auto& run : check.runs) {
    const auto deadline = run.started + check.options.timeout;
    if (run.ended && *run.ended < deadline)
      outcomes.push_back({*run.ended, &run.result});
    else if (now >= deadline)
      outcomes.push_back({deadline, nullptr});
    for (const auto missed : run.missed) outcomes.push_back({missed, nullptr});
  }
  return outcomes;
}

std::string message_of(const CheckFacts& check, const Outcome& outcome) {
  return outcome.result ? outcome.result->message()
                        : "timed out after " + in_words(check.options.timeout) + ", still running";
}

/// Step (2). Before the first success each result counts at once.
Status settled(const std::vector<Outcome>& outcomes, const CheckOptions& options) {
  auto status = Status::fail;
  bool good_before = false;
  int in_a_row = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const bool failed = outcomes[i].failed();
    in_a_row = i > 0 && outcomes[i - 1].failed() == failed ? in_a_row + 1 : 1;
    const bool turns = failed != (status == Status::fail);
    const int threshold = failed ? options.failure_threshold : options.success_threshold;
    if (!turns || !good_before || in_a_row >= threshold) status = outcomes[i].status();
    good_before = good_before || !failed;
  }
  return status;
}

/// Step (3).
Status with_grace(Status status, std::optional<SteadyTime> last_success, const CheckOptions& options, SteadyTime now) {
  const bool recent = last_success && now < *last_success + options.last_known_good_for;
  return status == Status::fail && recent ? Status::warn : status;
}

void count(CheckReport& report, const std::vector<Outcome>& outcomes) {
  for (const auto& outcome : outcomes) {
    if (outcome.failed()) ++report.failures;
    if (!outcome.result) ++report.timeouts;
    report.failures_in_a_row = outcome.failed() ? report.failures_in_a_row + 1 : 0;
    report.successes_in_a_row = outcome.failed() ? 0 : report.successes_in_a_row + 1;
  }
}

SteadyTime counted_from(const CheckFacts& check, std::optional<SteadyTime> latched) {
  return std::max(check.registered, latched.value_or(check.registered));
}

void judge_unchecked(CheckReport& report, const CheckFacts& check, std::optional<SteadyTime> latched, SteadyTime now) {
  report.condition = Condition::not_checked_yet;
  report.message = "no runner";
  if (check.probe != Probe::liveness) return;
  if (now <= counted_from(check, latched) + stale_age(check.options))
    report.status = Status::pass;
  else
    report.message = "never ran";
}

Condition condition_of(const CheckFacts& check, SteadyTime now) {
  if (overdue(check, now)) return Condition::overdue;
  return check.under_way() && !check.runs.back().ended ? Condition::running : Condition::fresh;
}

void judge_called(CheckReport& report, const CheckFacts& check, std::optional<SteadyTime> latched, SteadyTime now) {
  const auto outcomes = outcomes_of(check, now);
  report.runs = check.runs.size();
  count(report, outcomes);
  if (outcomes.empty()) return judge_unchecked(report, check, latched, now);
  const auto& last = outcomes.back();
  if (now > last.at + stale_age(check.options)) {
    report.condition = Condition::stale;
    report.message = "stale: no result within " + in_words(stale_age(check.options));
    return;
  }
  const auto status = settled(outcomes, check.options);
  std::optional<SteadyTime> last_success;
  const Outcome* shown = &last;
  for (const auto& outcome : outcomes) {
    if (!outcome.failed()) last_success = outcome.at;
    if (outcome.failed() && status == Status::fail && !last.failed()) shown = &outcome;  // successes don't count yet
  }
  report.status = with_grace(status, last_success, check.options, now);
  report.condition = condition_of(check, now);
  report.message = message_of(check, *shown);
}

/// The state of an instant check, and when its last success ended.
struct Reading {
  CheckResult result;
  std::optional<SteadyTime> last_success;
};

Reading read(const FlagFacts& flag, SteadyTime now) {
  Reading reading{flag.sets.back().second, std::nullopt};
  for (std::size_t i = 0; i < flag.sets.size(); ++i) {
    if (flag.sets[i].second.status() == Status::fail) continue;
    const auto replaced = i + 1 < flag.sets.size() ? flag.sets[i + 1].first : now;
    const auto valid_for = flag.valid_for.value_or(replaced - flag.sets[i].first);
    reading.last_success = std::min(replaced, flag.sets[i].first + valid_for);
  }
  return reading;
}

bool stale(const FlagFacts& flag, SteadyTime now) {
  return flag.valid_for && now > flag.sets.back().first + *flag.valid_for;
}

Reading read(const HeartbeatFacts& heartbeat, SteadyTime since, SteadyTime now) {
  const auto end = std::max(heartbeat.last_beat, since) + heartbeat.limit;
  if (heartbeat.gone)
    return {CheckResult::fail("silent: the last copy of its Heartbeat was destroyed"), std::min(end, *heartbeat.gone)};
  if (heartbeat.idle || now <= end) return {CheckResult::pass(), now};
  return {CheckResult::fail("silent for longer than " + in_words(heartbeat.limit)), end};
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Reading read(const GroupFacts& group, SteadyTime since, SteadyTime now) {
  if (group.workers.empty()) {
    const auto end = std::max(since, group.emptied) + group.limit;
    return {now > end ? CheckResult::fail("no worker") : CheckResult::pass(), std::min(now, end)};
  }
  std::vector<SteadyTime> signs;
  std::vector<std::string> quiet;
  std::vector<std::string> gone;
  for (const auto& worker : group.workers) {
    const auto reading = read(*worker.heartbeat, std::max(since, worker.joined), now);
    signs.push_back(*reading.last_success);
    if (reading.result.status() == Status::fail) (worker.heartbeat->gone ? gone : quiet).push_back(worker.name);
  }
  const bool any = group.fails_when == FailsWhen::any_silent;
  const auto sign = any ? *std::min_element(signs.begin(), signs.end()) : *std::max_element(signs.begin(), signs.end());
  const auto silent = quiet.size() + gone.size();
  if (any ? silent == 0 : silent < signs.size()) return {CheckResult::pass(), sign};
  auto message = std::to_string(silent) + " of " + std::to_string(signs.size()) + " silent";
  if (!quiet.empty()) message += " for longer than " + in_words(group.limit) + ": " + joined(quiet);
  if (!gone.empty()) message += (quiet.empty() ? ", gone: " : "; gone: ") + joined(gone);
  return {CheckResult::fail(message), sign};
}

void judge_instant(CheckReport& report, const CheckFacts& check, std::optional<SteadyTime> latched, SteadyTime now) {
  report.condition = Condition::fresh;
  if (check.flag && stale(*check.flag, now)) {
    report.condition = Condition::stale;
    report.message = "stale: not set within " + in_words(*check.flag->valid_for);
    return;
  }
  const auto since = counted_from(check, latched);
  const auto reading = check.flag        ? read(*check.flag, now)
                       : check.heartbeat ? read(*check.heartbeat, since, now)
                                         : read(*check.group, since, now);
  report.status = with_grace(reading.result.status(), reading.last_success, check.options, now);
  report.message = reading.result.message();
}

}  // namespace

SteadyTime deadline_of(const CheckFacts& check) { return check.runs.back().started + check.options.timeout; }

bool overdue(const CheckFacts& check, SteadyTime now) { return check.under_way() && now >= deadline_of(check); }

std::optional<SteadyTime> last_result_at(const CheckFacts& check, SteadyTime now) {
  const auto outcomes = outcomes_of(check, now);
  return outcomes.empty() ? std::nullopt : std::optional{outcomes.back().at};
}

bool wants_run(const CheckFacts& check, SteadyTime now) {
  const auto last = last_result_at(check, now);
  if (!last) return true;
  if (const auto max_age = check.options.schedule.max_age()) return now >= *last + *max_age;
  return now > *last + stale_age(check.options);
}

Duration stale_age(const CheckOptions& options) {
  if (options.stale_after) return *options.stale_after;
  const auto interval = options.schedule.interval();
  return interval ? 3 * *interval + options.timeout : Duration{30s};
}

CheckReport judge(const CheckFacts& check, std::optional<SteadyTime> latched, SteadyTime now) {
  CheckReport report{.name = check.name, .probe = check.probe, .critical = check.options.critical};
  if (check.called())
    judge_called(report, check, latched, now);
  else
    judge_instant(report, check, latched, now);
  return report;
}

std::vector<SteadyTime> turning_points(const CheckFacts& check, std::optional<SteadyTime> latched, SteadyTime now) {
  const auto since = counted_from(check, latched);
  const auto grace = check.options.last_known_good_for;
  std::vector<SteadyTime> points;
  const auto add_end = [&](SteadyTime end) { points.insert(points.end(), {end, end + grace}); };
  if (check.flag && check.flag->valid_for) add_end(check.flag->sets.back().first + *check.flag->valid_for);
  if (check.heartbeat) add_end(std::max(check.heartbeat->last_beat, since) + check.heartbeat->limit);
  if (check.group) {
    add_end(std::max(since, check.group->emptied) + check.group->limit);
    for (const auto& worker : check.group->workers)
      add_end(std::max({worker.heartbeat->last_beat, since, worker.joined}) + check.group->limit);
  }
  if (!check.called()) return points;
  if (check.under_way()) points.insert(points.end(), 3, deadline_of(check));  // the most interesting one
  const auto last = last_result_at(check, now).value_or(since);
  const auto& schedule = check.options.schedule;
  const auto interval = schedule.interval();
  const auto turn = interval ? *interval / 10 * 11 : schedule.max_age().value();  // with the longest jitter
  points.insert(points.end(), {last + grace, last + stale_age(check.options), last + turn});
  return points;
}

std::string in_words(Duration duration) {
  const std::array<std::pair<Duration, const char*>, 3> units{{{1min, "min"}, {1s, "s"}, {1ms, "ms"}}};
  const auto unit =
      std::find_if(units.begin(), units.end() - 1, [&](const auto& each) { return duration >= each.first; });
  std::array<char, 32> text{};
  const auto amount = static_cast<double>(duration.count()) / static_cast<double>(unit->first.count());
  std::snprintf(text.data(), text.size(), "%.4g %s", amount, unit->second);
  return text.data();
}

}  // namespace test
}  // namespace vitals::inline v1
