#include "core/state/runs.hpp"

#include <algorithm>
#include <new>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/frame.hpp"
#include "core/base/user_code.hpp"
#include "core/state/completion.hpp"
#include "core/state/listeners.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// nullopt if there is no memory.
std::optional<Call> begin(RegistryState& state, const std::shared_ptr<Entry>& entry, bool on_worker,
                          Transaction& transaction) noexcept VITALS_REQUIRES(state.mutex) {
  if (!entry->next_run) entry->next_run = new_run();
  if (!entry->next_run) return std::nullopt;
  entry->run = std::exchange(entry->next_run, nullptr);
  entry->run->holds_slot = entry->run->holds_worker = on_worker;
  if (on_worker) {
    ++state.runs.in_time[queue_of(*entry)];
    ++state.runs.in_call[queue_of(*entry)];
  }
  ++entry->calls;
  ++state.calls;
  transaction.apply(*entry, Started{std::uniform_real_distribution{-0.1, 0.1}(state.random)});
  return Call{
      .entry = entry, .body = entry->body, .run = entry->run, .deadline = deadline_of(entry->state, entry->rules)};
}

void take_in(Entry& entry, Run& run, SharedResult result, Transaction& transaction) noexcept {
  run.completed = true;
  if (!entry.removed && !run.abandoned) transaction.apply(entry, ResultArrived{std::move(result)});
}

// A run is over when the call has returned and, if it is asynchronous, its completion has come.
void end_run(Entry& entry, const std::shared_ptr<Run>& run, Transaction& transaction) noexcept {
  if (run->in_call || !run->completed || entry.run != run) return;
  entry.run = nullptr;
  if (entry.removed) return;
  transaction.apply(entry, Returned{});
  if (run->abandoned) transaction.apply(entry, MadeDue{});  // its result was dropped
}

/// Dropped results aren't redacted: what the redactor uses may be gone with the registry.
bool is_dropped(RegistryState& state, const Entry& entry, const Run& run) {
  const Lock lock{state.mutex};
  return entry.removed || run.abandoned;
}

void start_asynchronous(RegistryState& state, Call& call, CheckBody& body, const CheckContext& context) {
  std::shared_ptr<CompletionState> completion;
  try {
    completion = std::make_shared<CompletionState>(state.weak_from_this(), call.entry, call.run);
  } catch (const std::bad_alloc&) {
    call.result = out_of_memory();
    return;
  }
  call_user_code([&] { body.start(context, CheckCompletion{completion}); },
                 [&](std::string_view words) { completion->complete(shared_failure(words)); });
}

void make_and_finish(RegistryState& state, Call& call) {
  const auto finish_it = [&] {
    Transaction transaction{state};
    finish(state, call, transaction);
    transaction.settle();
  };
  try {
    make(state, call);
  } catch (...) {  // the check ends this thread
    finish_it();
    throw;
  }
  finish_it();
}

}  // namespace

std::optional<Call> take_ready(RegistryState& state, Transaction& transaction) noexcept {
  for (std::size_t queue = 0; queue < state.runs.ready.size(); ++queue) {
    while (state.runs.runnable(queue) > 0) {
      const auto entry = state.ready.pop(queue);
      --state.runs.ready[queue];
      state.model.checks().touch(*entry);
      if (!state.model.runs(*entry)) continue;
      if (auto call = begin(state, entry, true, transaction)) return call;
      transaction.end_waits(*entry);
      transaction.apply(*entry, Postponed{retry_after});
    }
  }
  return std::nullopt;
}

void make(RegistryState& state, Call& call) {
  const Frame frame{&state};
  // Destroyed before the return is reported, even if the thread ends: a caller may wait to destroy what the check uses.
  const auto body = std::move(call.body);
  const CheckContext context{call.run->stop.get_token(), call.deadline, state.options.clock};
  call.next_run = new_run();
  if (body->asynchronous())
    start_asynchronous(state, call, *body, context);
  else
    call_user_code([&] { call.result = shared_result(body->run(context)); },
                   [&](std::string_view words) { call.result = shared_failure(words); });
  if (!call.result || passes(state.redactor, call.result)) return;
  const auto result = std::exchange(call.result, nullptr);  // if the redactor ends this thread, the result is dropped
  call_user_code([&] { call.result = redact(state, *call.entry, *call.run, result); },
                 [&](std::string_view words) { call.result = shared_failure(words); });
}

SharedResult redact(RegistryState& state, const Entry& entry, const Run& run, SharedResult result) {
  if (passes(state.redactor, result) || is_dropped(state, entry, run)) return result;
  return redacted(state.redactor, std::move(result));
}

void finish(RegistryState& state, Call& call, Transaction& transaction) noexcept {
  auto& entry = *call.entry;
  const auto& run = call.run;
  if (call.result) take_in(entry, *run, std::move(call.result), transaction);
  run->in_call = false;
  if (run->holds_worker) --state.runs.in_call[queue_of(entry)];
  transaction.release_slot(entry, *run);
  if (!entry.next_run) entry.next_run = std::move(call.next_run);
  --state.calls;
  if (--entry.calls == 0) state.leaving.erase(entry.id);
  transaction.effects().call_ended = true;
  end_run(entry, run, transaction);
}

void complete(RegistryState& state, const std::shared_ptr<Entry>& entry, const std::shared_ptr<Run>& run,
              SharedResult result) noexcept {
  if (state.in_another_process()) return;
  Transaction transaction{state};
  take_in(*entry, *run, std::move(result), transaction);
  end_run(*entry, run, transaction);
  transaction.settle();
}

std::size_t run_due(RegistryState& state) {
  if (Frame::inside(&state) || state.in_another_process()) return 0;
  if (const auto look = state.look_at_threads.load()) look(state);
  std::vector<std::shared_ptr<Entry>> due;
  {
    Transaction transaction{state};
    transaction.is_run_due = true;
    if (!std::exchange(state.ran, true)) state.follow_at = SteadyTime::min();
    transaction.settle();
    for (const auto& [id, check] : state.model.checks().all()) {
      auto& entry = entry_of(*check);
      if (!state.model.runs(entry) || entry.queued || entry.state.turn > transaction.now.steady) continue;
      if (entry.state.phase == RunPhase::overdue) transaction.apply(entry, TurnMissed{});
      if (entry.state.phase == RunPhase::idle) due.push_back(entry.shared_from_this());
    }
    transaction.settle();
  }
  std::size_t started = 0;
  for (const auto& entry : due) {
    std::optional<Call> call;
    {
      Transaction transaction{state};
      if (!state.model.runs(*entry) || entry->queued || entry->state.phase != RunPhase::idle) continue;
      call = begin(state, entry, false, transaction);
      transaction.settle();
    }
    if (!call) throw std::bad_alloc{};
    make_and_finish(state, *call);
    ++started;
  }
  deliver_events(state);
  return started;
}

}  // namespace detail
}  // namespace vitals::inline v1
