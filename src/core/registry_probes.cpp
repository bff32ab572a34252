// What a probe does: asking for the runs that it needs, waiting for them together, and taking reports.

#include <algorithm>
#include <chrono>
#include <tuple>

#include "core/registry_state.hpp"
#include "core/scheduler.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// A fifteenth of the budget is for what comes after the wait: to write the answer and to send it.
Duration longest_wait(Duration budget) { return budget - budget / 15; }

}  // namespace

std::shared_ptr<Wait> RegistryState::ask(ProbeSet probes, std::string_view check, std::function<void()> ready) {
  auto wait = std::make_shared<Wait>(std::move(ready));
  wait->deadline = std::chrono::steady_clock::now() + longest_wait(options_.answer_budget);
  Transaction transaction{*this};
  const auto named = check.empty() ? entries_.end() : find(check);
  if (life_.starting()) ask_probe(Probe::startup, transaction);
  for (const auto probe : all_probes)
    if (check.empty() && probes.contains(probe)) ask_probe(probe, transaction);
  if (named != entries_.end()) ask_entry(*named->second, transaction);
  if (!scheduler_) return nullptr;

  scheduler_->staff();
  if (named != entries_.end()) add_wait(*named->second, wait);
  const auto awaited = life_.starting() ? probes.with(Probe::startup) : probes;
  for (const auto probe : all_probes)
    if (check.empty() && awaited.contains(probe)) pending_[index_of(probe)].add_wait(wait);
  if (wait->outstanding == 0) return nullptr;
  while (!waiting_.empty() && waiting_.front()->over) waiting_.pop_front();
  const auto later = [](const auto& a, const auto& b) { return a->deadline < b->deadline; };
  waiting_.insert(std::upper_bound(waiting_.begin(), waiting_.end(), wait, later), wait);
  scheduler_->attend();
  if (scheduler_->timer_runs()) return wait;
  wait->over = true;  // nobody would end the wait: the answer is what is known
  return nullptr;
}

void RegistryState::ask_probe(Probe probe, Transaction& transaction) {
  for (auto* entry : wants_[index_of(probe)].due(transaction.now())) ask_entry(*entry, transaction);
}

// A run that is overdue isn't waited for; that it was wanted all the same counts as one more failure.
void RegistryState::ask_entry(Entry& entry, Transaction& transaction) {
  if (!runs(entry) || entry.pending) return;
  apply(entry, TimePassed{}, transaction);
  if (transaction.now() < wanted_from(entry.state, entry.rules)) return;
  switch (entry.state.phase) {
    case RunPhase::idle:
      make_due(entry, transaction);
      if (scheduler_) scheduler_->staff();
      break;
    case RunPhase::running: break;
    case RunPhase::overdue: apply(entry, TurnMissed{}, transaction); break;
  }
  begin_pending(entry, transaction);
}

// A probe waits for a run that is in time, or that has a worker to come.
bool RegistryState::under_way(const Entry& entry) const {
  if (!scheduler_) return false;
  if (entry.queued) return !scheduler_->stuck(queue_of(entry));
  return entry.state.phase == RunPhase::running && !entry.state.delivered && !entry.run->abandoned;
}

void RegistryState::begin_pending(Entry& entry, Transaction& transaction) {
  if (entry.pending || !under_way(entry)) return;
  entry.pending = pending_[index_of(entry.rules.probe)].add();
  rebook(entry, transaction.now());
}

void RegistryState::cancel(const std::shared_ptr<Wait>& wait) noexcept {
  Transaction transaction{*this};
  if (std::exchange(wait->over, true)) return;
  transaction.destroy_later(std::make_shared<std::function<void()>>(std::move(wait->ready)));
}

SteadyTime RegistryState::answered_at(ProbeSet probes, std::string_view check, SteadyTime asked) const {
  const std::lock_guard lock{mutex_};
  auto moment = options_.clock.steady_now();
  const auto awaited = life_.starting() ? probes.with(Probe::startup) : probes;
  for (const auto& [id, entry] : entries_) {
    const auto& [rules, state] = std::tie(entry->rules, entry->state);
    if (check.empty() ? !awaited.contains(rules.probe) : entry->name != check) continue;
    const bool in_time = runs(*entry) && state.phase == RunPhase::running && !state.delivered;
    if (in_time && wanted_from(state, rules) <= asked) moment = std::max(moment, deadline_of(state, rules));
  }
  return std::min(moment, asked + longest_wait(options_.answer_budget));
}

bool RegistryState::has_runner() const {
  const std::lock_guard lock{mutex_};
  return scheduler_ != nullptr;
}

void RegistryState::fire(const std::shared_ptr<Wait>& wait, Transaction& transaction) {
  if (!std::exchange(wait->over, true)) transaction.call_later(std::move(wait->ready));
}

void RegistryState::add_wait(Entry& entry, const std::shared_ptr<Wait>& wait) {
  if (!entry.pending) return;
  while (!entry.waits.empty() && entry.waits.front()->over) entry.waits.pop_front();
  entry.waits.push_back(wait);
  ++wait->outstanding;
}

void RegistryState::end_pending(Entry& entry, Transaction& transaction) {
  if (!entry.pending) return;
  std::vector<std::shared_ptr<Wait>> ended;
  pending_[index_of(entry.rules.probe)].remove(*std::exchange(entry.pending, std::nullopt), ended);
  for (auto& wait : std::exchange(entry.waits, {}))
    if (--wait->outstanding == 0) ended.push_back(std::move(wait));
  for (const auto& wait : ended) fire(wait, transaction);
  rebook(entry, transaction.now());
}

void RegistryState::end_overdue_waits(Transaction& transaction) {
  const auto now = std::chrono::steady_clock::now();
  while (!waiting_.empty() && (waiting_.front()->over || waiting_.front()->deadline <= now)) {
    fire(waiting_.front(), transaction);
    waiting_.pop_front();
  }
}

Standing RegistryState::standing(ProbeSet probes, Afterwards& afterwards) {
  Transaction transaction{*this, afterwards};
  refresh(transaction);
  return standing(probes, transaction);
}

Snapshot RegistryState::snapshot(ProbeSet probes, Afterwards& afterwards) {
  Transaction transaction{*this, afterwards};
  refresh(transaction);
  Snapshot snapshot{
      .standing = standing(probes, transaction), .phase = phase_, .phase_since = phase_since_, .awaited = awaited_};
  for (const auto probe : all_probes)
    if (probes.contains(probe)) snapshot.reports[index_of(probe)] = take_report(probe, transaction);
  return snapshot;
}

std::optional<CheckSnapshot> RegistryState::snapshot(std::string_view check) {
  Transaction transaction{*this};
  refresh(transaction);
  const auto found = find(check);
  if (found == entries_.end()) return std::nullopt;
  const auto& entry = *found->second;
  const auto& kept = frozen_[index_of(entry.rules.probe)];
  if (!kept) return CheckSnapshot{report_of(entry), transaction.wall_now()};
  const auto* report = kept->find(check);
  return report ? std::optional{CheckSnapshot{*report, kept->time()}} : std::nullopt;
}

// Brings up to date what time alone has changed.
void RegistryState::refresh(Transaction& transaction) {
  for (const auto& expiries : expiries_) {
    for (auto* entry : expiries.due(transaction.now())) {
      if (entry->scheduled()) apply(*entry, TimePassed{}, transaction);
      judge_entry(*entry, transaction);
    }
  }
  commit(transaction);
}

Standing RegistryState::standing(ProbeSet probes, const Transaction& transaction) const {
  Standing standing{.version = version(), .valid_until = SteadyTime::max()};
  const auto now = transaction.now();
  const auto until = [&](SteadyTime moment) { standing.valid_until = std::min(standing.valid_until, moment); };
  for (const auto probe : all_probes) {
    const bool asked = probes.contains(probe);
    if (!asked && !(probe == Probe::startup && life_.starting())) continue;
    const auto verdict = verdict_of(probe, now);
    if (asked) standing.worst = worse(standing.worst, verdict.status);
    until(verdict.valid_until);
    until(expiries_[index_of(probe)].first());
    until(wants_[index_of(probe)].first());
    if (!pending_[index_of(probe)].empty()) until(now);
  }
  return standing;
}

bool RegistryState::still_holds(std::uint64_t version, SteadyTime valid_until) const noexcept {
  if (version != this->version()) return false;
  const auto now = options_.clock.steady_now();
  if (now >= valid_until) return false;
  const auto gap_from = gap_from_.load(std::memory_order_relaxed);
  if (gap_from == no_gap) return true;
  const auto system_now = options_.clock == Clock{} ? now : std::chrono::steady_clock::now();
  return system_now.time_since_epoch().count() <= gap_from;
}

Report RegistryState::take_report(Probe probe, const Transaction& transaction) const {
  const auto verdict = verdict_of(probe, transaction.now());
  if (const auto& kept = frozen_[index_of(probe)]) {
    if (kept->status() == verdict.status) return *kept;
    return Report{{probe, verdict.status, verdict.reason, transaction.wall_now(), kept->checks()}};
  }
  Report::Data data{probe, verdict.status, verdict.reason, transaction.wall_now()};
  data.checks.reserve(life_.of(probe).size());
  for (const auto& [id, entry] : entries_)
    if (entry->rules.probe == probe) data.checks.push_back(report_of(*entry));
  return Report{std::move(data)};
}

RegistryState::Entries::const_iterator RegistryState::find(std::string_view check) const {
  const auto found = ids_.find(check);
  return found == ids_.end() ? entries_.end() : entries_.find(found->second);
}

std::optional<Probe> RegistryState::probe_of(std::string_view check) const {
  const std::lock_guard lock{mutex_};
  const auto found = find(check);
  return found == entries_.end() ? std::nullopt : std::optional{found->second->rules.probe};
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
