// What a probe does: asking for the runs that it needs, waiting for them together, and taking reports.

#include <algorithm>
#include <chrono>

#include "core/registry_state.hpp"
#include "core/scheduler.hpp"

namespace vitals::inline v1 {
namespace detail {

std::shared_ptr<Wait> RegistryState::ask(ProbeSet probes, std::string_view check, std::function<void()> ready) {
  auto wait = std::make_shared<Wait>(std::move(ready));
  wait->deadline = std::chrono::steady_clock::now() + options_.answer_budget;
  Transaction transaction{*this};
  const auto asked = life_.starting() ? probes.with(Probe::startup) : probes;
  for (const auto& [id, entry] : entries_) {
    const bool meant =
        check.empty() || entry->name == check || (entry->rules.probe == Probe::startup && life_.starting());
    if (meant && asked.contains(entry->rules.probe)) ask_entry(*entry, transaction);
  }
  if (!scheduler_) return nullptr;
  scheduler_->staff();
  for (const auto& [id, entry] : entries_) {
    if (!asked.contains(entry->rules.probe) || (!check.empty() && entry->name != check)) continue;
    if (!awaited(*entry)) continue;
    while (!entry->waits.empty() && entry->waits.front()->over) entry->waits.pop_front();
    entry->waits.push_back(wait);
    ++wait->outstanding;
  }
  if (wait->outstanding == 0) return nullptr;
  while (!waiting_.empty() && waiting_.front()->over) waiting_.pop_front();
  const auto later = [](const auto& a, const auto& b) { return a->deadline < b->deadline; };
  waiting_.insert(std::upper_bound(waiting_.begin(), waiting_.end(), wait, later), wait);
  scheduler_->attend();
  if (scheduler_->timer_runs()) return wait;
  wait->over = true;  // nobody would end the wait: the answer is what is known
  return nullptr;
}

// A run that is overdue isn't waited for; that it was wanted all the same counts as one more failure.
void RegistryState::ask_entry(Entry& entry, Transaction& transaction) {
  if (!runs(entry)) return;
  apply(entry, TimePassed{}, transaction);
  if (!wants_run(entry.state, entry.rules, transaction.now())) return;
  switch (entry.state.phase) {
    case RunPhase::idle: make_due(entry, transaction); return;
    case RunPhase::running: return;
    case RunPhase::overdue: apply(entry, TurnMissed{}, transaction); return;
  }
}

// A probe waits for a run that is under way in time, or that has a worker to come.
bool RegistryState::awaited(const Entry& entry) const {
  if (!runs(entry) || !wants_run(entry.state, entry.rules, options_.clock.steady_now())) return false;
  if (entry.queued) return !scheduler_->stuck();
  return entry.state.phase == RunPhase::running && !entry.state.delivered;
}

void RegistryState::cancel(const std::shared_ptr<Wait>& wait) noexcept {
  Transaction transaction{*this};
  if (std::exchange(wait->over, true)) return;
  transaction.destroy_later(std::make_shared<std::function<void()>>(std::move(wait->ready)));
}

void RegistryState::fire(const std::shared_ptr<Wait>& wait, Transaction& transaction) {
  if (!std::exchange(wait->over, true)) transaction.call_later(std::move(wait->ready));
}

void RegistryState::release_waits(Entry& entry, Transaction& transaction) {
  for (const auto& wait : std::exchange(entry.waits, {}))
    if (--wait->outstanding == 0) fire(wait, transaction);
}

void RegistryState::end_overdue_waits(Transaction& transaction) {
  const auto now = std::chrono::steady_clock::now();
  while (!waiting_.empty() && (waiting_.front()->over || waiting_.front()->deadline <= now)) {
    fire(waiting_.front(), transaction);
    waiting_.pop_front();
  }
}

Snapshot RegistryState::snapshot(ProbeSet probes) {
  Transaction transaction{*this};
  refresh_all(transaction);
  commit(transaction);
  Snapshot snapshot;
  for (const auto probe : all_probes)
    if (probes.contains(probe)) snapshot.reports[index_of(probe)] = take_report(probe, transaction);
  snapshot.version = version();
  snapshot.valid_until = valid_until(probes, transaction.now());
  return snapshot;
}

void RegistryState::refresh_all(Transaction& transaction) {
  for (const auto& [id, entry] : entries_) {
    if (entry->scheduled()) apply(*entry, TimePassed{}, transaction);
    judge_entry(*entry, transaction);
  }
}

Report RegistryState::take_report(Probe probe, const Transaction& transaction) const {
  const auto verdict = verdict_of(probe, transaction.now());
  if (const auto& kept = frozen_[index_of(probe)]) {
    if (kept->status() == verdict.status) return *kept;
    return Report{{probe, verdict.status, verdict.reason, transaction.wall_now(), kept->checks()}};
  }
  Report::Data data{probe, verdict.status, verdict.reason, transaction.wall_now()};
  for (const auto& [id, entry] : entries_)
    if (entry->rules.probe == probe) data.checks.push_back(report_of(*entry));
  return Report{std::move(data)};
}

SteadyTime RegistryState::valid_until(ProbeSet probes, SteadyTime now) const {
  auto until = SteadyTime::max();
  const auto asked = life_.starting() ? probes.with(Probe::startup) : probes;
  for (const auto probe : all_probes)
    if (asked.contains(probe)) until = std::min(until, verdict_of(probe, now).valid_until);
  for (const auto& [id, entry] : entries_) {
    if (!asked.contains(entry->rules.probe) || frozen(*entry)) continue;
    until = std::min(until, entry->verdict.valid_until);
    if (!entry->scheduled()) continue;
    if (wants_run(entry->state, entry->rules, now)) return now;
    if (entry->rules.options.schedule.kind() == Schedule::Kind::on_demand)
      until = std::min(until, entry->state.ended + entry->rules.options.schedule.interval());
  }
  return until;
}

std::optional<Probe> RegistryState::probe_of(std::string_view check) const {
  const std::lock_guard lock{mutex_};
  const auto found = ids_.find(check);
  if (found == ids_.end()) return std::nullopt;
  return entries_.at(found->second)->rules.probe;
}

// When the last Runner has ended, nobody else is left to run it.
void RegistryState::post(Lane lane, std::function<void()> task) {
  Transaction transaction{*this};
  if (scheduler_)
    scheduler_->post(lane, std::move(task));
  else
    transaction.call_later(std::move(task));
}

void RegistryState::post_answer(std::function<void()> task) { post(Lane::answers, std::move(task)); }

void RegistryState::post_log(std::function<void()> task) { post(Lane::log, std::move(task)); }

}  // namespace detail
}  // namespace vitals::inline v1
