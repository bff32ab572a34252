// What the results amount to: judging checks and probes, the startup latch, telling of transitions, and booking the
// moments at which time alone changes something.

#include <algorithm>

#include "core/moments.hpp"
#include "core/registry_state.hpp"
#include "core/scheduler.hpp"

namespace vitals::inline v1 {
namespace detail {

Surroundings RegistryState::surroundings() const { return {.latched = life_.latched, .runner = scheduler_ != nullptr}; }

bool RegistryState::frozen(const Entry& entry) const noexcept {
  return life_.shut_down || entry.removed || (entry.rules.probe == Probe::startup && life_.latched);
}

// A sign of life is owed from the registration on, or from the startup latch.
SteadyTime RegistryState::counted_from(const Entry& entry) const noexcept {
  return std::max(entry.state.registered, life_.latched.value_or(entry.state.registered));
}

void RegistryState::judge_entry(Entry& entry, Transaction& transaction) {
  if (frozen(entry)) return;
  const auto now = transaction.now();
  const auto before = contribution_of(entry);
  if (entry.instant) {
    entry.reading = entry.instant->read(counted_from(entry), now);
    entry.verdict = judge(*entry.reading, entry.rules, now);
  } else {
    entry.verdict = judge(entry.state, entry.rules, surroundings(), now);
  }
  const auto after = contribution_of(entry);
  if (before != after) {
    life_.of(entry.rules.probe).remove(entry.id, before);
    life_.of(entry.rules.probe).add(entry.id, after);
  }
  tell_check(entry, transaction);
  rebook(entry, now);
}

// The first result is a transition too; "not checked yet" is none, but a liveness check that never ran has failed.
void RegistryState::tell_check(Entry& entry, Transaction& transaction) {
  const auto status = entry.verdict.status;
  const bool never_ran = entry.rules.probe == Probe::liveness && status == Status::fail;
  if (!entry.instant && !entry.state.result && !never_ran && !entry.told) return;
  if (entry.told == status) return;
  HealthEvent event{.probe = entry.rules.probe,
                    .check = entry.name,
                    .from = entry.told,
                    .to = status,
                    .reason = detail::reason_of(entry),
                    .time = transaction.wall_now(),
                    .lasted = entry.told ? transaction.now() - entry.told_at : Duration::zero()};
  entry.told = status;
  entry.told_at = transaction.now();
  entry.changed_at = event.time;
  bump();
  events_.push(std::move(event));
}

std::string RegistryState::reason_of(Probe probe, const ProbeVerdict& verdict) const {
  if (probe == Probe::readiness && life_.shut_down) return frozen_[index_of(probe)]->reason();
  if (*verdict.reason != '\0' || verdict.status == Status::pass) return verdict.reason;
  const auto first = life_.of(probe).first(verdict.status);
  const auto found = first ? entries_.find(*first) : entries_.end();
  if (found == entries_.end()) return {};
  const auto& why = detail::reason_of(*found->second);
  return why.empty() ? found->second->name : found->second->name + ": " + why;
}

void RegistryState::tell_probe(Probe probe, const ProbeVerdict& verdict, Transaction& transaction) {
  auto& [told, told_at] = told_[index_of(probe)];
  events_.push({.probe = probe,
                .from = told,
                .to = verdict.status,
                .reason = reason_of(probe, verdict),
                .time = transaction.wall_now(),
                .lasted = transaction.now() - told_at});
  told = verdict.status;
  told_at = transaction.now();
  bump();
}

ProbeVerdict RegistryState::verdict_of(Probe probe, SteadyTime now) const {
  const auto& frozen_report = frozen_[index_of(probe)];
  if (!frozen_report) return judge(probe, life_, options_, now);
  if (probe != Probe::liveness || !life_.shut_down || closed_) return {frozen_report->status()};
  const auto limit = *life_.shut_down + options_.shutdown_limit;
  if (now > limit) return {Status::fail, "shutdown overran"};
  return {frozen_report->status(), "", just_after(limit)};
}

// From here on the startup checks rest, their report stays, and every liveness bound counts anew. What readiness lacked
// until now may just have been made: its checks that aren't well are due at once, and probes wait for them.
void RegistryState::latch(Transaction& transaction) {
  life_.latched = transaction.now();
  frozen_[index_of(Probe::startup)] = take_report(Probe::startup, transaction);
  for (const auto& [id, entry] : entries_) {
    if (entry->rules.probe == Probe::startup) {
      end_pending(*entry, transaction);
      rebook(*entry, transaction.now());
    } else {
      judge_entry(*entry, transaction);
      const bool unready = entry->rules.probe == Probe::readiness && entry->verdict.status != Status::pass;
      if (!unready || !entry->scheduled()) continue;
      apply(*entry, MadeDue{}, transaction);
      attend_at_once(*entry, transaction);
    }
  }
  book_probes();
  bump();
}

void RegistryState::commit(Transaction& transaction) {
  if (!life_.shut_down && life_.ready_to_latch()) latch(transaction);
  if (const auto phase = life_.phase(); phase != phase_) {
    phase_ = phase;
    phase_since_ = transaction.wall_now();
  }
  for (const auto probe : all_probes) {
    const auto verdict = verdict_of(probe, transaction.now());
    if (verdict.status != told_[index_of(probe)].status) tell_probe(probe, verdict, transaction);
  }
  if (scheduler_) scheduler_->attend();
}

void RegistryState::rebook(Entry& entry, SteadyTime now) {
  const auto probe = index_of(entry.rules.probe);
  const bool wanted = runs(entry) && !entry.pending;
  looks_.move(entry.look, next_look(entry, now), entry.id, &entry);
  expiries_[probe].move(entry.expiry, frozen(entry) ? SteadyTime::max() : entry.verdict.valid_until, entry.id, &entry);
  wants_[probe].move(entry.want, wanted ? wanted_from(entry.state, entry.rules) : SteadyTime::max(), entry.id, &entry);
}

void RegistryState::rebook_all(SteadyTime now) {
  for (const auto& [id, entry] : entries_) rebook(*entry, now);
}

// An instant check is looked at for the sake of listeners, and, if there is a timer anyway, lest it slept through the
// end of a heartbeat: then it couldn't tell that the process stood still.
SteadyTime RegistryState::next_look(const Entry& entry, SteadyTime now) const {
  if (entry.removed) return SteadyTime::max();
  if (frozen(entry))
    return entry.state.phase == RunPhase::running ? deadline_of(entry.state, entry.rules) : SteadyTime::max();
  const auto expiry = entry.verdict.valid_until;
  if (entry.scheduled()) return entry.queued ? expiry : std::min(expiry, detail::next_look(entry.state, entry.rules));
  if (!events_.has_listeners() && scheduled_ == 0) return SteadyTime::max();
  const auto look = entry.reading ? entry.reading->look_again : SteadyTime::max();
  return expiry > now ? std::min(look, expiry) : look;
}

// Only listeners need to be told of what time alone does to a probe; a report finds out by itself.
void RegistryState::book_probes() {
  auto look = SteadyTime::max();
  if (events_.has_listeners() && !closed_) {
    const auto now = options_.clock.steady_now();
    for (const auto probe : all_probes) look = std::min(look, verdict_of(probe, now).valid_until);
  }
  looks_.move(probes_look_, look, 0, nullptr);
}

}  // namespace detail
}  // namespace vitals::inline v1
