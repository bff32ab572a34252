#include "core/state/leases.hpp"

#include <system_error>
#include <utility>

#include "core/state/transaction.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

// In a child of fork(): calls in progress belong to threads of the parent, and never return here.
void forget_calls(RegistryState& state, Transaction& transaction) VITALS_REQUIRES(state.mutex) {
  leak(std::exchange(state.stopped, nullptr));
  state.leaving.clear();
  state.runs.in_time = state.runs.in_call = {};
  state.calls = 0;
  state.events.forget_delivery();
  for (const auto& [id, check] : state.model.checks().all()) {
    auto& entry = entry_of(*check);
    entry.calls = 0;
    if (!std::exchange(entry.run, nullptr)) continue;
    transaction.apply(entry, Returned{});
    transaction.apply(entry, MadeDue{});
  }
}

std::shared_ptr<Threads> start(RegistryState& state) {
  Transaction transaction{state};
  if (state.leases > 0) {
    ++state.leases;
    return nullptr;
  }
  auto threads = std::make_shared<Threads>(state);
  if (state.in_another_process()) forget_calls(state, transaction);
  state.owner.claim();
  state.threads = threads;
  state.spawn_from = SteadyTime::min();
  state.model.set_runner(true);
  ++state.leases;
  transaction.settle();
  return threads;
}

/// Answers the waits on a lane and not here: an answer may call into the object that ends the lease.
void answer_waits(RegistryState& state, Transaction& transaction) noexcept VITALS_REQUIRES(state.mutex) {
  auto& tasks = state.threads->lanes[index_of(Lane::answers)].tasks;
  state.waits.fire_all(transaction.effects().fired);
  while (const auto wait = transaction.effects().fired.take()) tasks.splice(tasks.end(), wait->ready);
}

}  // namespace

void acquire_threads(RegistryState& state) {
  if (state.in_another_process() && state.leases > 0)
    throw std::system_error{std::make_error_code(std::errc::operation_not_permitted),
                            "vitals: the checks of this registry run in the parent process: after fork() "
                            "create a registry in the child"};
  const auto started = start(state);
  const auto failed = [&] {
    const Lock lock{state.mutex};
    return started->timer_failed;
  };
  if (!started || !failed()) return;
  release_threads(state);
  throw std::system_error{std::make_error_code(std::errc::resource_unavailable_try_again),
                          "vitals: can't create the timer thread"};
}

std::shared_ptr<Threads> release_threads(RegistryState& state) noexcept {
  Transaction transaction{state};
  if (--state.leases > 0) return nullptr;
  auto threads = state.threads;
  answer_waits(state, transaction);
  transaction.clear_queue();
  for (const auto& [id, check] : state.model.checks().all()) {
    auto& entry = entry_of(*check);
    if (!entry.run) continue;
    entry.run->abandoned = true;
    transaction.release_slot(entry, *entry.run);
    transaction.end_waits(entry);
    transaction.request_stop(entry.run);
  }
  threads->crew.drop_jobs();
  transaction.effects().dropped.splice(transaction.effects().dropped.end(), threads->jobs);
  state.spawn_from = SteadyTime::min();  // no waiting: this is the last chance
  transaction.settle();                  // starts or wakes the threads for lanes and stop requests
  if (threads->crew.deserted()) {
    transaction.effects().stops = std::exchange(threads->stops, nullptr);
    threads->crew.drop_stops();
  }
  threads->crew.stopping = true;
  state.pause.rest();
  transaction.effects().calls.wake_all = true;
  state.stopped = std::exchange(state.threads, nullptr);
  state.model.set_runner(false);
  transaction.settle();
  return threads;
}

std::vector<std::string> checks_in_call(const RegistryState& state) {
  const Lock lock{state.mutex};
  std::vector<std::string> names;
  for (const auto* checks : {&state.model.checks().all(), &state.leaving})
    for (const auto& [id, check] : *checks)
      if (entry_of(*check).calls > 0) names.push_back(check->name);
  return names;
}

}  // namespace detail
}  // namespace vitals::inline v1
