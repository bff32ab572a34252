#include "core_random_model.hpp"

#include <algorithm>
#include <utility>

namespace vitals::inline v1 {
namespace test {
namespace {

constexpr std::size_t slot_of(Probe probe) { return static_cast<std::size_t>(probe); }

/// The interval with its longest jitter.
Duration longest_interval(const CheckOptions& options) { return options.schedule.interval().value() / 10 * 11; }

Duration shortest_interval(const CheckOptions& options) {
  const auto& schedule = options.schedule;
  return schedule.while_failing().value_or(schedule.interval().value()) / 10 * 9;
}

// Step (6).
Status worst_of(const std::vector<CheckReport>& checks, bool failures_count) {
  auto worst = Status::pass;
  for (const auto& check : checks) {
    const auto status = counted(check);
    if (status != Status::fail || failures_count) worst = worse(worst, status);
  }
  return worst;
}

}  // namespace

Status counted(const CheckReport& check) {
  const bool never_started = check.probe == Probe::startup && check.condition == Condition::not_checked_yet;
  return check.status == Status::fail && !check.critical && !never_started ? Status::warn : check.status;
}

bool ReferenceModel::has(Probe probe) const {
  return std::any_of(checks_.begin(), checks_.end(), [&](const auto& check) { return check->probe == probe; });
}

void ReferenceModel::add(Check check, SteadyTime now) {
  checks_.push_back(std::move(check));
  settle(now);
}

void ReferenceModel::remove(const CheckFacts& check, SteadyTime now) {
  std::erase_if(checks_, [&](const auto& each) { return each.get() == &check; });
  settle(now);
}

// The startup report stays as it is; readiness checks that don't pass become due at once.
void ReferenceModel::settle(SteadyTime now) {
  if (shut_down_ || !starting()) return;
  auto startup = report(Probe::startup, now);
  if (startup.status == Status::fail) return;
  frozen_[slot_of(Probe::startup)] = std::move(startup);
  latched_ = now;
  for (const auto& check : checks_) {
    const bool waits = check->probe == Probe::readiness && !check->under_way();
    if (waits && judge(*check, latched_, now).status != Status::pass) check->wanted = true;
  }
}

void ReferenceModel::begin_shutdown(std::string_view reason, bool keeps_readiness, SteadyTime now) {
  settle(now);
  if (shut_down_) return;
  for (const auto probe : all_three_probes)
    if (!frozen_[slot_of(probe)]) frozen_[slot_of(probe)] = report(probe, now);
  shut_down_ = now;
  if (keeps_readiness) return;
  reason_ = reason;
  frozen_[slot_of(Probe::readiness)]->status = Status::fail;
  frozen_[slot_of(Probe::readiness)]->reason = reason;
}

void ReferenceModel::ask(const std::vector<Probe>& probes, const CheckFacts* only, SteadyTime now) {
  settle(now);
  const bool startup_too = starting();
  for (const auto& check : checks_) {
    const bool named = only ? check.get() == only : std::count(probes.begin(), probes.end(), check->probe) > 0;
    if (named || (startup_too && check->probe == Probe::startup)) ask_one(*check, now);
  }
  settle(now);
}

void ReferenceModel::ask_one(CheckFacts& check, SteadyTime now) {
  if (!check.called() || frozen(check.probe) || !wants_run(check, now)) return;
  if (!check.under_way())
    check.wanted = true;
  else if (overdue(check, now))
    check.runs.back().missed.push_back(now);
}

// With on_demand the turn comes when half of the stale age has passed. With every() its time is random because of the
// jitter, but at most one interval after the run was found overdue or the last turn was missed.
ReferenceModel::Turn ReferenceModel::turn_of(const CheckFacts& check, SteadyTime now) const {
  if (!check.called() || frozen(check.probe) || !overdue(check, now)) return Turn::none;
  const auto last = *last_result_at(check, now);
  if (check.options.schedule.kind() == Schedule::Kind::on_demand)
    return now >= last + stale_age(check.options) / 2 ? Turn::missed : Turn::none;
  const auto& run = check.runs.back();
  const bool counted_now = !run.missed.empty() && run.missed.back() == now;
  return counted_now || now < run.started + shortest_interval(check.options) ? Turn::none : Turn::unknown;
}

bool ReferenceModel::may_run(const CheckFacts& check) const {
  return check.called() && !frozen(check.probe) && !check.under_way();
}

// A check that returned late waits for as long as that run took, but at most until its turn.
bool ReferenceModel::must_run(const CheckFacts& check, SteadyTime now) const {
  if (!may_run(check)) return false;
  if (check.runs.empty()) return true;
  const auto& run = check.runs.back();
  const bool late = *run.returned >= deadline_of(check);
  const bool rested = !late || now >= *run.returned + (*run.returned - run.started);
  if (check.wanted && rested) return true;
  if (check.options.schedule.kind() == Schedule::Kind::every)
    return now >= *run.returned + longest_interval(check.options);
  return rested && now >= *last_result_at(check, now) + stale_age(check.options) / 2;
}

// Step (7).
Report::Data ReferenceModel::report(Probe probe, SteadyTime now) const {
  if (const auto& kept = frozen_[slot_of(probe)]) {
    auto data = *kept;
    if (overran(probe, now) && data.status != Status::fail) data.reason = "shutdown overran";
    if (overran(probe, now)) data.status = Status::fail;
    return data;
  }
  Report::Data data{.probe = probe};
  for (const auto& check : checks_)
    if (check->probe == probe) data.checks.push_back(judge(*check, latched_, now));
  const bool shielded = probe == Probe::liveness && starting() && now <= constructed_ + options_.startup_limit;
  data.status = worst_of(data.checks, !shielded);
  if (probe == Probe::readiness && starting()) {
    data.status = Status::fail;
    data.reason = "starting";
  }
  return data;
}

std::optional<CheckReport> ReferenceModel::report(std::string_view name, SteadyTime now) const {
  const auto found =
      std::find_if(checks_.begin(), checks_.end(), [&](const auto& check) { return check->name == name; });
  if (found == checks_.end()) return std::nullopt;
  const auto& kept = frozen_[slot_of((*found)->probe)];
  if (!kept) return judge(**found, latched_, now);
  for (const auto& check : kept->checks)
    if (check.name == name) return check;
  return std::nullopt;
}

// Readiness as well as liveness, unless the shutdown has failed it.
bool ReferenceModel::overran(Probe probe, SteadyTime now) const {
  const bool stays = probe == Probe::liveness || (probe == Probe::readiness && !reason_);
  return stays && shut_down_ && now > *shut_down_ + options_.shutdown_limit;
}

bool ReferenceModel::may_say_overran(Probe probe, SteadyTime now) const { return overran(probe, now); }

std::vector<SteadyTime> ReferenceModel::turning_points(SteadyTime now) const {
  std::vector<SteadyTime> points;
  for (const auto& check : checks_) {
    const auto of_check = test::turning_points(*check, latched_, now);
    points.insert(points.end(), of_check.begin(), of_check.end());
  }
  if (shut_down_) points.push_back(*shut_down_ + options_.shutdown_limit);
  if (starting()) points.push_back(constructed_ + options_.startup_limit);
  return points;
}

}  // namespace test
}  // namespace vitals::inline v1
