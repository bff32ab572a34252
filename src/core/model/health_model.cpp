#include "core/model/health_model.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/base/moments.hpp"
#include "core/model/reports.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// As answers show it: a new run in progress doesn't change them.
Condition shown(Condition condition) noexcept { return condition == Condition::running ? Condition::fresh : condition; }

/// Only the run of a frozen check still goes on.
CheckState after_freeze(CheckState before, const CheckState& after) noexcept {
  before.phase = after.phase;
  before.delivered = after.delivered;
  before.turn = after.turn;
  return before;
}

bool looks_different(const Verdict& a, const Verdict& b) noexcept {
  return a.status != b.status || shown(a.condition) != shown(b.condition) || a.message.data() != b.message.data();
}

// The timer wakes up for an instant check if there are listeners, or if scheduled checks need a timer anyway: otherwise
// a heartbeat that falls silent during a long wait would be excused by a pause of the process later in that wait. It
// also wakes up to look at a watched thread.
SteadyTime look_of(const Check& check, bool frozen, bool listened, SteadyTime now) noexcept {
  if (frozen) return check.state.phase == RunPhase::running ? deadline_of(check.state, check.rules) : SteadyTime::max();
  const auto expiry = check.verdict.valid_until;
  if (!check.instant) return check.queued ? expiry : std::min(expiry, detail::next_look(check.state, check.rules));
  if (!listened && !(check.reading && check.reading->look_at_threads != nullptr)) return SteadyTime::max();
  const auto look = check.reading ? check.reading->look_again : SteadyTime::max();
  return expiry > now ? std::min(look, expiry) : look;
}

bool looks_different(const InstantReading& a, const InstantReading& b) noexcept {
  return a.set_at != b.set_at || (a.result != b.result && *a.result != *b.result);
}

}  // namespace

HealthModel::HealthModel(RegistryOptions options, const Moment& now)
    : phase_since{now.wall}, started{now.wall}, options_{std::move(options)} {
  life_.constructed = now.steady;
  for (const auto probe : all_probes) announced_[index_of(probe)] = {verdict_of(probe, now.steady).status, now.steady};
}

// The first scheduled check makes a timer necessary, which then settles instant checks as well.
void HealthModel::add(const std::shared_ptr<Check>& check, const Moment& now) {
  checks_.add(check);
  check->state.registered = check->state.turn = now.steady;
  check->counts_as = contribution_of(*check);
  life_.of(check->rules.probe).move(check->unwell, std::nullopt, check->counts_as);
  if (!check->instant && checks_.scheduled() == 1) checks_.touch_all();
  changed_ = true;
}

CheckList::Checks::node_type HealthModel::remove(std::uint64_t id) noexcept {
  auto node = checks_.remove(id);
  if (node.empty()) return node;
  auto& check = *node.mapped();
  life_.of(check.rules.probe).move(check.unwell, check.counts_as, std::nullopt);
  changed_ = true;
  return node;
}

CheckChange HealthModel::apply(Check& check, CheckEvent event, const Moment& now) noexcept {
  const auto phase = check.state.phase;
  const auto results = check.state.results;
  if (frozen(check))
    check.state = after_freeze(check.state, next(check.state, std::move(event), now.steady, check.rules));
  else
    check.state = next(std::move(check.state), std::move(event), now.steady, check.rules);
  checks_.touch(check);
  const CheckChange change{.has_result = check.state.results != results,
                           .overdue = phase == RunPhase::running && check.state.phase == RunPhase::overdue};
  if (!change.has_result) return change;
  check.checked_at = now.wall;
  if (check.state.result->status() != Status::fail) check.succeeded_at = now.wall;
  changed_ = true;
  return change;
}

void HealthModel::set_runner(bool runner) noexcept {
  runner_ = runner;
  checks_.touch_all();
  changed_ = true;
}

void HealthModel::set_listened(bool listened) noexcept {
  if (std::exchange(listened_, listened) != listened) checks_.touch_all();
}

// If readiness stays, neither its status nor its reason changes, and there is no event.
void HealthModel::shut_down(std::string reason, Readiness after, const Moment& now) {
  auto frozen = frozen_;
  for (const auto probe : all_probes)
    if (!frozen[index_of(probe)]) frozen[index_of(probe)] = report_of(*this, probe, now);
  if (after == Readiness::fails) {
    const bool by_library = reason.empty();
    auto& readiness = frozen[index_of(Probe::readiness)];
    readiness = Report{{.probe = Probe::readiness,
                        .status = Status::fail,
                        .reason = by_library ? "shutting down" : std::move(reason),
                        .time = now.wall,
                        .checks = readiness->checks(),
                        .reason_by_library = by_library}};
    announced_[index_of(Probe::readiness)].again = true;
  }
  frozen_.swap(frozen);
  life_.shut_down = now.steady;
  checks_.touch_all();
  changed_ = true;
}

// From here on startup checks don't run and their report is frozen. Limits that counted from a check's registration
// count from now.
void HealthModel::latch(const Moment& now) {
  frozen_[index_of(Probe::startup)] = report_of(*this, Probe::startup, now);
  life_.latched = now.steady;
  checks_.touch_all();
  changed_ = true;
}

void HealthModel::close() noexcept {
  for (const auto& [id, check] : checks_.all())
    life_.of(check->rules.probe).move(check->unwell, std::exchange(check->counts_as, std::nullopt), std::nullopt);
  checks_.clear();
  frozen_ = {};
  closed_ = true;
  changed_ = true;
}

SteadyTime HealthModel::counted_from(const Check& check) const noexcept {
  return std::max(check.state.registered, life_.latched.value_or(check.state.registered));
}

void HealthModel::judge(Check& check, const Moment& now, InstantReading reading) noexcept {
  if (frozen(check)) return;
  const auto before = check.verdict;
  if (check.instant) {
    if (!check.reading || looks_different(*check.reading, reading)) changed_ = true;
    check.reading = std::move(reading);
    check.verdict = detail::judge(*check.reading, check.rules, now.steady);
  } else {
    check.verdict = detail::judge(check.state, check.rules, {.latched = life_.latched, .runner = runner_}, now.steady);
  }
  if (looks_different(before, check.verdict)) changed_ = true;
  const auto counts_as = contribution_of(check);
  if (check.counts_as == counts_as) return;
  life_.of(check.rules.probe).move(check.unwell, check.counts_as, counts_as);
  check.counts_as = counts_as;
}

void HealthModel::book(Check& check, SteadyTime now) noexcept {
  if (check.removed) return;
  const bool wanted = runs(check) && !check.awaited;
  const bool has_timer = listened_ || checks_.scheduled() > 0;
  checks_.book(check, {.look = look_of(check, frozen(check), has_timer, now),
                       .expiry = frozen(check) ? SteadyTime::max() : check.verdict.valid_until,
                       .want = wanted ? wanted_from(check.state, check.rules) : SteadyTime::max()});
}

// The same status for a new reason makes an event without a `from`.
std::optional<Transition> HealthModel::change_of(Probe probe, SteadyTime now) const noexcept {
  const auto& announced = announced_[index_of(probe)];
  const auto status = verdict_of(probe, now).status;
  if (status != announced.status) return Transition{announced.status, status, now - announced.at};
  return announced.again ? std::optional{Transition{.to = status}} : std::nullopt;
}

void HealthModel::mark_announced(Probe probe, SteadyTime now) noexcept {
  auto& announced = announced_[index_of(probe)];
  const auto status = verdict_of(probe, now).status;
  if (status != announced.status) announced.at = now;
  announced.status = status;
  announced.again = false;
  changed_ = true;
}

// Without listeners the timer needn't notice what time alone does to a probe: a report judges anew.
void HealthModel::finish(const Moment& now) noexcept {
  if (const auto phase = life_.phase(); phase != std::exchange(phase_, phase)) phase_since = now.wall;
  probes_look_ = SteadyTime::max();
  if (!listened_ || closed_) return;
  for (const auto probe : all_probes) probes_look_ = std::min(probes_look_, verdict_of(probe, now.steady).valid_until);
}

bool HealthModel::frozen(const Check& check) const noexcept {
  return life_.shut_down || check.removed || (check.rules.probe == Probe::startup && life_.latched);
}

ProbeVerdict HealthModel::verdict_of(Probe probe, SteadyTime now) const noexcept {
  if (closed_) return {Status::fail, "the registry has ended"};
  const auto& kept = frozen_[index_of(probe)];
  if (!kept) return detail::judge(probe, life_, options_, now);
  const ProbeVerdict verdict{kept->status()};
  if (probe == Probe::startup || !life_.shut_down || verdict.status == Status::fail) return verdict;
  const auto limit = *life_.shut_down + options_.shutdown_limit;
  if (now > limit) return {Status::fail, "shutdown overran"};
  return {verdict.status, "", just_after(limit)};
}

}  // namespace detail
}  // namespace vitals::inline v1
