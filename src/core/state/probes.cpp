#include "core/state/probes.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "core/base/user_code.hpp"
#include "core/model/reports.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// While startup lasts, every probe depends on it.
ProbeSet needed(const HealthModel& model, ProbeSet probes) {
  return model.life().starting() ? probes.with(Probe::startup) : probes;
}

Entry* named(RegistryState& state, ProbeSet probes, std::string_view check) VITALS_REQUIRES(state.mutex) {
  auto* const found = check.empty() ? nullptr : state.model.checks().find(check);
  return found != nullptr && probes.contains(found->rules.probe) ? &entry_of(*found) : nullptr;
}

/// The checks that a request asks for.
struct Selection {
  ProbeSet probes = {};
  Entry* only = nullptr;
  std::span<const std::string> excluded = {};

  [[nodiscard]] bool contains(const Check& check) const noexcept {
    if (only != nullptr && only != &check && check.rules.probe != Probe::startup) return false;
    return !std::binary_search(excluded.begin(), excluded.end(), check.name);
  }
};

/// Visits each check of which the selection needs a run now.
template <class Visit>
void each_wanting(RegistryState& state, const Selection& selection, SteadyTime now, Visit visit)
    VITALS_REQUIRES(state.mutex) {
  for (const auto probe : all_probes) {
    if (!selection.probes.contains(probe)) continue;
    state.model.checks().each_wanting(probe, now, [&](Check& check) {
      if (selection.contains(check)) visit(entry_of(check));
    });
  }
}

/// @returns Whether it waits for anything.
bool wait_for(RegistryState& state, const std::shared_ptr<Wait>& wait, const Selection& selection)
    VITALS_REQUIRES(state.mutex) {
  if (selection.only != nullptr) return state.waits.add(wait, std::span{&selection.only, 1});
  if (selection.excluded.empty()) return state.waits.add(wait, selection.probes);
  std::vector<Entry*> entries;
  for (const auto& [id, check] : state.model.checks().all())
    if (selection.probes.contains(check->rules.probe) && selection.contains(*check))
      entries.push_back(&entry_of(*check));
  return state.waits.add(wait, entries);
}

// Probes don't wait for an overdue run. Needing a new one then counts as one more failure.
void request_run(RegistryState& state, Entry& entry, Transaction& transaction) VITALS_REQUIRES(state.mutex) {
  if (!state.model.runs(entry)) return;
  if (entry.state.phase == RunPhase::idle) transaction.make_due(entry);
  if (entry.state.phase == RunPhase::overdue) transaction.apply(entry, TurnMissed{});
}

/// @returns Whether any was needed.
bool request_runs(RegistryState& state, const Selection& selection, Transaction& transaction)
    VITALS_REQUIRES(state.mutex) {
  const auto now = transaction.now.steady;
  bool wanted = false;
  each_wanting(state, selection, now, [&](Entry& entry) {
    state.mutex.is_held();
    request_run(state, entry, transaction);
    wanted = true;
  });
  transaction.staff();
  each_wanting(state, selection, now, [&](Entry& entry) {
    state.mutex.is_held();
    if (!state.model.runs(entry) || !transaction.under_way(entry)) return;
    state.waits.begin(entry);
    state.model.checks().touch(entry);
  });
  return wanted;
}

}  // namespace

Asked ask(RegistryState& state, const Asking& asking, std::function<void()> ready) {
  if (state.in_another_process()) return {};  // no run would start here, and no timer would end the wait
  const auto wait = std::make_shared<Wait>(std::move(ready));
  wait->deadline = std::chrono::steady_clock::now() + longest_wait(state.options.answer_budget) - asking.reserve;
  Tasks refused;  // destroyed without the lock: it is user code
  Transaction transaction{state};
  transaction.settle();
  auto* const only = named(state, asking.probes, asking.check);
  if (!asking.check.empty() && only == nullptr) return {};
  const Selection selection{needed(state.model, only != nullptr ? ProbeSet::of(only->rules.probe) : asking.probes),
                            only, asking.excluded};
  const bool wanted = request_runs(state, selection, transaction);
  // With a manual clock the test calls run_due() itself.
  const bool no_runner = wanted && !state.threads && !state.ran && state.options.clock == Clock{};
  transaction.effects().warns_no_runner = no_runner && !std::exchange(state.warned_no_runner, true);
  bool waits = false;
  try {
    waits = state.threads && wait_for(state, wait, selection);
  } catch (...) {
    refused.swap(wait->ready);
    throw;
  }
  transaction.settle();
  if (waits) return {.wait = wait};
  return {.check = only != nullptr ? report_of(state.model, asking.check, transaction.now) : std::nullopt};
}

void cancel(RegistryState& state, const std::shared_ptr<Wait>& wait) noexcept {
  if (state.in_another_process()) return;
  Tasks ready;  // destroyed without the lock: it is user code
  const Lock lock{state.mutex};
  if (!std::exchange(wait->over, true)) ready.swap(wait->ready);
}

SteadyTime answered_at(RegistryState& state, ProbeSet probes, std::string_view check, SteadyTime asked) {
  const Lock lock{state.mutex};
  auto moment = state.options.clock.steady_now();
  const auto awaited = needed(state.model, probes);
  for (const auto& [id, each] : state.model.checks().all()) {
    if (check.empty() ? !awaited.contains(each->rules.probe) : each->name != check) continue;
    const auto& run = each->state;
    const bool in_time = state.model.runs(*each) && run.phase == RunPhase::running && !run.delivered;
    if (in_time && wanted_from(run, each->rules) <= asked) moment = std::max(moment, deadline_of(run, each->rules));
  }
  return std::min(moment, asked + longest_wait(state.options.answer_budget));
}

bool has_runner(const RegistryState& state) {
  const Lock lock{state.mutex};
  return state.threads != nullptr;
}

namespace {

Standing known_standing(const RegistryState& state, ProbeSet probes, const Transaction& transaction)
    VITALS_REQUIRES(state.mutex) {
  Standing standing{.version = state.version};
  for (const auto probe : all_probes)
    if (probes.contains(probe))
      standing.worst = worse(standing.worst, state.model.verdict_of(probe, transaction.now.steady).status);
  return standing;
}

}  // namespace

Standing standing(RegistryState& state, ProbeSet probes, Effects& effects) {
  Transaction transaction{state, effects};
  transaction.settle();
  return known_standing(state, probes, transaction);
}

Snapshot snapshot(RegistryState& state, ProbeSet probes, Effects& effects) {
  Transaction transaction{state, effects};
  transaction.settle();
  Snapshot snapshot{.standing = known_standing(state, probes, transaction),
                    .phase = state.model.life().phase(),
                    .phase_since = state.model.phase_since,
                    .started = state.model.started,
                    .awaited = state.awaited};
  for (const auto probe : all_probes)
    if (probes.contains(probe)) snapshot.reports[index_of(probe)] = report_of(state.model, probe, transaction.now);
  return snapshot;
}

std::optional<CheckSnapshot> snapshot(RegistryState& state, ProbeSet probes, std::string_view check) {
  Transaction transaction{state};
  transaction.settle();
  if (named(state, probes, check) == nullptr) return std::nullopt;
  return report_of(state.model, check, transaction.now);
}

// Without threads the task runs here: no other thread would run it.
void post(RegistryState& state, Lane lane, Tasks task) noexcept {
  {
    Transaction transaction{state};
    if (state.threads) {
      auto& tasks = state.threads->lanes[index_of(lane)].tasks;
      tasks.splice(tasks.end(), task);
      transaction.settle();
    }
  }
  for (const auto& call : task) call_and_catch(call, [](std::string_view) {});
}

void post_log(RegistryState& state, std::function<void()> task) {
  Tasks one;
  one.push_back(std::move(task));
  post(state, Lane::log, std::move(one));
}

}  // namespace detail
}  // namespace vitals::inline v1
