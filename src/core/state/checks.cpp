#include "core/state/checks.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/base/frame.hpp"
#include "core/base/moments.hpp"
#include "core/options.hpp"
#include "core/state/transaction.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// Undoes one step of a registration, unless keep() is called.
template <class Undo>
class Undoing {
 public:
  explicit Undoing(Undo undo) : undo_{std::move(undo)} {}
  Undoing(const Undoing&) = delete;
  Undoing& operator=(const Undoing&) = delete;
  ~Undoing() {
    if (!kept_) undo_();
  }
  void keep() noexcept { kept_ = true; }

 private:
  Undo undo_;
  bool kept_ = false;
};

void require_room_for(const HealthModel& model, std::string_view name, Probe probe) {
  const auto refuse = [&](const char* rule) {
    throw std::invalid_argument{"vitals: check \"" + std::string{name} + "\": " + rule};
  };
  if (model.checks().find(name) != nullptr) refuse("the name is taken");
  if (probe == Probe::startup && model.life().latched)
    refuse("a startup check can't be added once startup has succeeded: register it before start()");
}

/// Cleans up after a removed check: its waits, its run and its place with its source. What must be destroyed without
/// the lock becomes garbage.
void retire(RegistryState& state, const std::shared_ptr<Entry>& entry, Transaction& transaction) noexcept
    VITALS_REQUIRES(state.mutex) {
  entry->removed = true;
  transaction.end_waits(*entry);
  if (entry->run) {
    transaction.release_slot(*entry, *entry->run);
    transaction.request_stop(entry->run);
  }
  if (entry->source) {
    entry->source->unwatch(state);
    entry->source->remove_reader(state.redactor);
    state.by_source.erase(entry->at_source);
  }
  entry->next_garbage = std::exchange(transaction.effects().garbage, entry);
}

/// Destroys the callable without the lock: it is user code.
void destroy_callable(RegistryState& state, Listener& listener) noexcept {
  HealthListener callable;
  const Lock lock{state.mutex};
  callable = EventQueue::take_callable(listener);
}

}  // namespace

std::uint64_t add_instant(RegistryState& state, Probe probe, std::string_view name,
                          std::shared_ptr<InstantSource> source, const CheckOptions& options) {
  auto rules = instant_rules(probe, name, options);
  source->add_reader(state.redactor);  // user code: before the lock
  Undoing readable{[&] { source->remove_reader(state.redactor); }};
  Transaction transaction{state};
  require_room_for(state.model, name, probe);
  source->bind(state.options.clock, name);
  const auto entry = std::make_shared<Entry>(state.model.checks().next_id(), name, std::move(rules), source);
  entry->at_source = state.by_source.emplace(source.get(), entry.get());
  Undoing placed{[&]() VITALS_THREADS(no_thread_safety_analysis) { state.by_source.erase(entry->at_source); }};
  source->watch(state.shared_from_this());
  Undoing watched{[&] { source->unwatch(state); }};
  state.model.add(entry, transaction.now);
  readable.keep();
  placed.keep();
  watched.keep();
  transaction.settle();
  return entry->id;
}

std::uint64_t add_scheduled(RegistryState& state, Probe probe, std::string_view name, std::shared_ptr<CheckBody> body,
                            const CheckOptions& options) {
  auto rules = scheduled_rules(probe, name, options, state.options.answer_budget);
  if (!body) throw std::invalid_argument{"vitals: check \"" + std::string{name} + "\": the callable must not be empty"};
  Transaction transaction{state};
  require_room_for(state.model, name, probe);
  const auto entry = std::make_shared<Entry>(state.model.checks().next_id(), name, std::move(rules), nullptr);
  state.model.add(entry, transaction.now);
  entry->body = std::move(body);  // last: if anything above throws, the parameter destroys it without the lock
  transaction.settle();
  return entry->id;
}

void remove(RegistryState& state, std::uint64_t id, bool wait) noexcept {
  if (state.in_another_process()) return;
  {
    Transaction transaction{state};
    if (auto node = state.model.remove(id); !node.empty()) {
      const auto entry = entry_of(*node.mapped()).shared_from_this();
      retire(state, entry, transaction);
      if (entry->calls > 0) state.leaving.insert(std::move(node));
    }
    transaction.settle();
  }
  if (!wait || Frame::inside(&state)) return;
  Lock lock{state.mutex};  // even if another call has removed it: a run may be in progress all the same
  while (state.leaving.contains(id)) state.call_ended.wait(lock);
}

void begin_shutdown(RegistryState& state, std::string reason, Readiness readiness) {
  if (state.in_another_process()) return;
  Transaction transaction{state};
  if (state.model.life().shut_down || state.model.closed()) return;
  transaction.settle();
  state.model.shut_down(std::move(reason), readiness, transaction.now);
  // Before the version changes: readers of the new version must see it.
  state.draining.store(true, std::memory_order_relaxed);
  transaction.clear_queue();
  for (const auto& [id, check] : state.model.checks().all())
    if (const auto& run = entry_of(*check).run) transaction.request_stop(run);
  transaction.end_all_waits();
  transaction.settle();
}

void set_awaited(RegistryState& state, Awaited awaited) {
  if (state.in_another_process()) return;
  // Allocated before the lock is taken. What it replaces is destroyed after the lock is released.
  std::shared_ptr<const Awaited> next = std::make_shared<Awaited>(std::move(awaited));
  const Lock lock{state.mutex};
  if (!state.model.life().shut_down) return;
  state.awaited.swap(next);
  state.version.fetch_add(1, std::memory_order_acq_rel);
}

void set_work(RegistryState& state, const std::shared_ptr<const WorkGauge>& work) noexcept {
  if (state.in_another_process()) return;
  const Lock lock{state.mutex};
  state.work = work;
}

std::size_t in_flight_work(const RegistryState& state) noexcept {
  std::shared_ptr<const WorkGauge> work;  // may be the last owner, so it is destroyed after the lock is released
  const Lock lock{state.mutex};
  work = state.work.lock();
  return work ? work->in_flight() : 0;
}

void close(RegistryState& state) noexcept {
  EventQueue::Ended listeners;
  std::vector<std::shared_ptr<Follower>> followers;
  {
    Transaction transaction{state};
    listeners = state.events.end();  // first, so that the end of the registry makes no event
    transaction.clear_queue();
    transaction.end_all_waits();
    for (const auto& [id, check] : state.model.checks().all())
      retire(state, entry_of(*check).shared_from_this(), transaction);
    state.model.close();
    transaction.settle();
    followers.swap(state.followers);
  }
  const auto deadline = std::chrono::steady_clock::now() + patience;
  Lock lock{state.mutex};
  if (!Frame::inside(&state)) {
    while (state.calls > 0 && state.call_ended.wait_until(lock, deadline)) continue;
    state.events.await_returns(lock, deadline);
    if (const auto stopped = state.stopped) {
      lock.unlock();
      stopped->await_end(deadline);
      lock.lock();
    }
  }
  lock.unlock();
  for (const auto& listener : *listeners.greeted) destroy_callable(state, *listener);
  for (const auto& listener : listeners.newcomers) destroy_callable(state, *listener);
}

}  // namespace detail
}  // namespace vitals::inline v1
