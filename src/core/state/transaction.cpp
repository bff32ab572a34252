// Events of a check, and what they mean for its run and for probes that wait. Settling is in settle.cpp.

#include "core/state/transaction.hpp"

#include <chrono>
#include <utility>

namespace vitals::inline v1 {
namespace detail {

using namespace std::chrono_literals;

Transaction::Transaction(RegistryState& state) VITALS_THREADS(no_thread_safety_analysis)
    : Transaction{state, own_effects_} {}

Transaction::Transaction(RegistryState& state, Effects& effects) VITALS_THREADS(no_thread_safety_analysis)
    : state_{state},
      own_effects_{state},
      effects_{effects},
      lock_{state.mutex},
      now{state.options.clock.steady_now(), state.options.clock.wall_now()} {
  if (const auto longest = state_.pause.take_pause(system_now())) pass_pause(*longest);
}

Transaction::~Transaction() VITALS_THREADS(no_thread_safety_analysis) = default;

SteadyTime Transaction::system_now() const noexcept {
  return state_.options.clock == Clock{} ? now.steady : std::chrono::steady_clock::now();
}

void Transaction::retry_later() noexcept {
  state_.mutex.is_held();
  state_.retry_at = std::min(state_.retry_at, system_now() + retry_after);
}

// A run that has become overdue no longer counts as in time, keeps its thread, and gets a stop request.
void Transaction::apply(Entry& entry, CheckEvent event) noexcept {
  state_.mutex.is_held();
  const auto change = state_.model.apply(entry, std::move(event), now);
  if (change.overdue) {
    release_slot(entry, *entry.run);
    request_stop(entry.run);
  }
  if (change.overdue || change.has_result) end_waits(entry);
}

void Transaction::end_waits(Entry& entry) noexcept {
  state_.mutex.is_held();
  if (!entry.awaited) return;
  state_.waits.end(entry, effects_.fired);
  state_.model.checks().touch(entry);
}

void Transaction::make_due(Entry& entry) noexcept {
  state_.mutex.is_held();
  if (!state_.threads) return apply(entry, MadeDue{});
  if (entry.queued) return;
  state_.ready.push(entry.shared_from_this());
  ++state_.runs.ready[queue_of(entry)];
  state_.model.checks().touch(entry);
}

void Transaction::release_slot(Entry& entry, Run& run) noexcept {
  state_.mutex.is_held();
  if (std::exchange(run.holds_slot, false)) --state_.runs.in_time[queue_of(entry)];
}

void Transaction::request_stop(const std::shared_ptr<Run>& run) noexcept {
  state_.mutex.is_held();
  auto& first = state_.threads ? state_.threads->stops : effects_.stops;
  if (std::exchange(run->stop_asked, true)) return;
  run->next_stop = std::exchange(first, run);
  if (state_.threads) state_.threads->crew.ask_stop();
}

void Transaction::clear_queue() noexcept {
  state_.mutex.is_held();
  for (std::size_t queue = 0; queue < state_.runs.ready.size(); ++queue) {
    while (const auto entry = state_.ready.pop(queue)) {
      end_waits(*entry);
      state_.model.checks().touch(*entry);
    }
    state_.runs.ready[queue] = 0;
  }
}

void Transaction::end_all_waits() noexcept {
  state_.mutex.is_held();
  for (const auto& [id, check] : state_.model.checks().all()) end_waits(entry_of(*check));
  state_.waits.fire_all(effects_.fired);
}

void Transaction::staff() noexcept {
  state_.mutex.is_held();
  auto* const threads = state_.threads.get();
  if (threads == nullptr) return;
  const auto calls = threads->crew.call(state_.runs, may_hire());
  effects_.calls.wake += calls.wake;
  effects_.calls.spawn += calls.spawn;
}

bool Transaction::may_hire() const noexcept {
  state_.mutex.is_held();
  const bool has_timer = state_.threads && state_.threads->timer_runs;
  return may_create == MayCreate::all && (!has_timer || system_now() >= state_.spawn_from);
}

bool Transaction::under_way(const Entry& entry) const noexcept {
  state_.mutex.is_held();
  if (!state_.threads) return false;
  if (entry.queued) return !state_.threads->crew.stuck(state_.runs, queue_of(entry));
  return entry.state.phase == RunPhase::running && !entry.state.delivered && !entry.run->abandoned;
}

}  // namespace detail
}  // namespace vitals::inline v1
