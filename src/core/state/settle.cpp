// Settling: brings verdicts, events, due times and threads up to date with what has changed.

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "core/model/reports.hpp"
#include "core/state/follower.hpp"
#include "core/state/transaction.hpp"

namespace vitals::inline v1 {
namespace detail {

namespace {

class Settling {
 public:
  explicit Settling(Transaction& transaction) noexcept
      : transaction_{transaction}, effects_{transaction.effects()}, state_{effects_.state}, now_{transaction.now} {}

  void settle(std::size_t looks) noexcept;
  void await_runs(bool all) noexcept;

 private:
  void settle_touched() noexcept;
  void settle_one(Entry& entry, Check*& unannounced) noexcept;
  void pass_time(Entry& entry) noexcept;
  [[nodiscard]] bool announce(Entry& entry) noexcept;
  [[nodiscard]] bool latch() noexcept;
  void announce_probes() noexcept;
  void greet() noexcept;
  void end_stuck_waits() noexcept;
  /// @returns Whether an answer has changed.
  bool publish() noexcept;
  void call_followers(bool on_time) noexcept;
  void call_lanes(Threads& threads) noexcept;
  void call_timer() noexcept;

  Transaction& transaction_;
  Effects& effects_;
  RegistryState& state_;
  const Moment& now_;
};

void Settling::settle(std::size_t looks) noexcept {
  state_.mutex.is_held();
  auto& model = state_.model;
  if (state_.retry_at <= transaction_.system_now()) state_.retry_at = SteadyTime::max();
  const bool has_threads = state_.threads && !state_.in_another_process();  // in a child they belong to the parent
  if (has_threads) state_.waits.expire(transaction_.system_now(), effects_.fired);
  model.set_listened(state_.events.has_listeners() || !state_.followers.empty());
  model.checks().touch_expired(now_.steady);
  model.checks().touch_due(now_.steady, looks);
  settle_touched();
  if (model.life().ready_to_latch() && !model.life().shut_down && latch()) {
    settle_touched();
    await_runs(false);
  }
  announce_probes();
  model.finish(now_);
  greet();
  if (has_threads) {
    transaction_.staff();
    end_stuck_waits();
  }
  settle_touched();
  if (publish() || now_.steady >= state_.follow_at)
    call_followers(state_.threads ? looks > 0 : transaction_.is_run_due);
  if (has_threads) call_timer();
}

// A check whose event found no memory stays touched.
void Settling::settle_touched() noexcept {
  state_.mutex.is_held();
  auto& checks = state_.model.checks();
  Check* unannounced = nullptr;
  while (Check* check = checks.take_touched())
    while (check != nullptr) settle_one(entry_of(*std::exchange(check, check->next_touched)), unannounced);
  if (unannounced != nullptr) transaction_.retry_later();
  while (unannounced != nullptr) checks.touch(*std::exchange(unannounced, unannounced->next_touched));
}

void Settling::settle_one(Entry& entry, Check*& unannounced) noexcept {
  state_.mutex.is_held();
  auto& model = state_.model;
  pass_time(entry);
  if (entry.instant && !model.frozen(entry)) {
    auto reading = entry.source->read_for(state_.redactor, model.counted_from(entry), now_.steady);
    if (reading.look_at_threads != nullptr) state_.look_at_threads.store(reading.look_at_threads);
    model.judge(entry, now_, std::move(reading));
  } else {
    model.judge(entry, now_);
  }
  entry.touched = false;
  if (!announce(entry)) entry.next_touched = std::exchange(unannounced, &entry);
  model.book(entry, now_.steady);
}

// A run that is overdue when its turn comes counts as one more failure.
void Settling::pass_time(Entry& entry) noexcept {
  state_.mutex.is_held();
  if (entry.instant) return;
  if (entry.state.phase == RunPhase::running && now_.steady >= deadline_of(entry.state, entry.rules))
    transaction_.apply(entry, TimePassed{});
  if (!state_.threads || entry.queued || entry.state.turn > now_.steady || !state_.model.runs(entry)) return;
  if (entry.state.phase == RunPhase::overdue) transaction_.apply(entry, TurnMissed{});
  if (entry.state.phase == RunPhase::idle) transaction_.make_due(entry);
}

bool Settling::announce(Entry& entry) noexcept {
  state_.mutex.is_held();
  const auto change = state_.model.frozen(entry) ? std::nullopt : change_of(entry, now_.steady);
  if (!change) return true;
  try {
    HealthEvent event{.probe = entry.rules.probe, .from = change->from, .to = change->to};
    if (state_.events.has_listeners()) {
      event.check = entry.name;
      event.reason = reason_of(entry);
      event.time = now_.wall;
      event.lasted = change->lasted;
    }
    if (!state_.events.push(std::move(event), entry.events)) return false;
  } catch (const std::bad_alloc&) {
    return false;
  }
  mark_announced(entry, now_);
  return true;
}

void Settling::announce_probes() noexcept {
  state_.mutex.is_held();
  for (const auto probe : all_probes) {
    const auto change = state_.model.change_of(probe, now_.steady);
    if (!change) continue;
    try {
      HealthEvent event{.probe = probe, .from = change->from, .to = change->to};
      if (state_.events.has_listeners()) {
        event.reason = reason_of(state_.model, probe, state_.model.verdict_of(probe, now_.steady));
        event.time = now_.wall;
        event.lasted = change->lasted;
      }
      if (state_.events.push(std::move(event), state_.probe_events[index_of(probe)])) {
        state_.model.mark_announced(probe, now_.steady);
        continue;
      }
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch)
    }
    transaction_.retry_later();
  }
}

// Startup may just have provided what readiness lacked: its failing or warning checks are due at once. Not while a run
// is overdue: that would only count as one more failure.
bool Settling::latch() noexcept {
  state_.mutex.is_held();
  try {
    state_.model.latch(now_);
  } catch (const std::bad_alloc&) {
    transaction_.retry_later();
    return false;
  }
  for (const auto& [id, check] : state_.model.checks().all()) {
    auto& entry = entry_of(*check);
    if (entry.rules.probe == Probe::startup) transaction_.end_waits(entry);
    const bool unready = entry.rules.probe == Probe::readiness && entry.verdict.status != Status::pass;
    if (unready && !entry.instant && entry.state.phase != RunPhase::overdue) transaction_.apply(entry, MadeDue{});
  }
  return true;
}

/// Makes probes wait for the runs in progress: all, or only those of readiness checks that don't pass.
void Settling::await_runs(bool all) noexcept {
  state_.mutex.is_held();
  transaction_.staff();
  for (const auto& [id, check] : state_.model.checks().all()) {
    auto& entry = entry_of(*check);
    const bool unready = entry.rules.probe == Probe::readiness && entry.verdict.status != Status::pass;
    if (entry.awaited || !(all || unready) || !state_.model.runs(entry) || !transaction_.under_way(entry)) continue;
    state_.waits.begin(entry);
    state_.model.checks().touch(entry);
  }
}

// Probes don't wait for a run that no worker will take.
void Settling::end_stuck_waits() noexcept {
  state_.mutex.is_held();
  const auto* const threads = state_.threads.get();
  if (threads == nullptr) return;
  for (std::size_t queue = 0; queue < state_.runs.ready.size(); ++queue)
    if (state_.runs.ready[queue] > 0 && threads->crew.stuck(state_.runs, queue))
      state_.ready.each(queue, [&](Entry& entry) { transaction_.end_waits(entry); });
}

// A new listener gets the present state once checks are run: earlier, "no runner" would be a false alarm.
void Settling::greet() noexcept {
  state_.mutex.is_held();
  const bool is_run =
      state_.threads || state_.ran || state_.model.checks().scheduled() == 0 || state_.model.life().shut_down;
  if (!is_run || !state_.events.has_newcomers()) return;
  try {
    std::vector<HealthEvent> present;
    for (const auto probe : all_probes) {
      const auto verdict = state_.model.verdict_of(probe, now_.steady);
      present.push_back(
          {.probe = probe, .to = verdict.status, .reason = reason_of(state_.model, probe, verdict), .time = now_.wall});
    }
    if (state_.events.greet(present)) return;
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch)
  }
  transaction_.retry_later();
}

// While startup lasts, every answer depends on it.
bool Settling::publish() noexcept {
  state_.mutex.is_held();
  auto& model = state_.model;
  const bool changed = model.take_changed();
  if (changed) state_.version.fetch_add(1, std::memory_order_acq_rel);
  const auto until = [&](Probe probe) {
    state_.mutex.is_held();
    return state_.waits.any(probe) ? SteadyTime::min() : detail::valid_until(model, probe, now_.steady);
  };
  const auto startup = model.life().starting() ? until(Probe::startup) : SteadyTime::max();
  for (const auto probe : all_probes) {
    const auto moment = std::min(until(probe), startup);
    state_.valid_until[index_of(probe)].store(moment.time_since_epoch().count(), std::memory_order_release);
  }
  return changed;
}

void Settling::call_followers(bool on_time) noexcept {
  state_.mutex.is_held();
  state_.follow_at = SteadyTime::max();
  for (const auto& follower : state_.followers)
    state_.follow_at = std::min(state_.follow_at, follower->follow(state_, now_, on_time));
}

void Settling::call_lanes(Threads& threads) noexcept {
  state_.mutex.is_held();
  for (const auto lane : all_lanes) {
    auto& serial = threads.lanes[index_of(lane)];
    const bool work = lane == Lane::events ? state_.events.has_work() : !serial.tasks.empty();
    if (!work) continue;
    if (serial.served) {
      effects_.calls.wake_lane[index_of(lane)] = true;
    } else if (transaction_.may_hire()) {
      serial.served = effects_.calls.spawn_lane[index_of(lane)] = true;
      threads.crew.add_thread();
    }
  }
}

// Due times are by the registry's clock and waits by the system's. The two differ only in tests.
void Settling::call_timer() noexcept {
  state_.mutex.is_held();
  if (!state_.threads) return;
  auto& threads = *state_.threads;
  effects_.threads = state_.threads;
  call_lanes(threads);
  const auto wake = next_wake(state_, now_.steady, transaction_.system_now());
  if (threads.crew.stopping || wake == SteadyTime::max()) return;
  if (!threads.timer_runs) {
    if (transaction_.may_create == Transaction::MayCreate::none) return;
    threads.timer_runs = effects_.calls.spawn_timer = true;
    threads.crew.add_thread();
    threads.timer_wake = transaction_.system_now();
    state_.pause.expect(threads.timer_wake, threads.timer_wake);
  } else if (const auto soon = std::max(wake, threads.rest_until); soon < threads.timer_wake) {
    threads.timer_wake = soon;
    state_.pause.expect(soon, transaction_.system_now());
    effects_.calls.wake_timer = true;
  }
}

}  // namespace

void Transaction::settle(std::size_t looks) noexcept { Settling{*this}.settle(looks); }

// During the pause no worker could beat, and results have aged.
void Transaction::pass_pause(Duration longest) noexcept {
  state_.mutex.is_held();
  const auto began = now.steady - longest;
  auto& model = state_.model;
  for (const auto& [id, check] : model.checks().all()) {
    if (model.frozen(*check)) continue;
    auto& entry = entry_of(*check);
    if (entry.instant)
      entry.source->pass_gap(model.counted_from(entry), began, now.steady);
    else
      apply(entry, StoodStill{began});
    model.checks().touch(entry);
  }
  settle();
  Settling{*this}.await_runs(true);
  settle();
}

}  // namespace detail
}  // namespace vitals::inline v1
