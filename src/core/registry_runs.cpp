// The life of a run: queued, called, timed out, returned. What the events mean for a check is decided by check_state.

#include <algorithm>
#include <exception>

#include "core/completion.hpp"
#include "core/frame.hpp"
#include "core/registry_state.hpp"
#include "core/scheduler.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

CheckResult failure_of_exception() {
  try {
    throw;
  } catch (const std::exception& error) {
    return CheckResult::fail(error.what());
  } catch (...) {
    return CheckResult::fail("threw something that is no std::exception");
  }
}

}  // namespace

bool RegistryState::runs(const Entry& entry) const noexcept { return entry.scheduled() && !closed_ && !frozen(entry); }

void RegistryState::apply(Entry& entry, CheckEvent event, Transaction& transaction) {
  const auto phase = entry.state.phase;
  const auto results = entry.state.results;
  entry.state = next(std::move(entry.state), std::move(event), transaction.now(), entry.rules);
  if (entry.state.results != results) {
    entry.checked_at = transaction.wall_now();
    if (entry.state.result->status() != Status::fail) entry.succeeded_at = entry.checked_at;
    bump();
    end_pending(entry, transaction);
  }
  if (phase == RunPhase::running && entry.state.phase == RunPhase::overdue) became_overdue(entry, transaction);
  if (phase == RunPhase::overdue && entry.state.phase != RunPhase::overdue) bump();
  if (entry.state.phase != phase || entry.state.results != results) judge_entry(entry, transaction);
}

// It leaves the runs that are counted, keeps its thread, and is told to stop.
void RegistryState::became_overdue(Entry& entry, Transaction& transaction) {
  bump();
  end_pending(entry, transaction);
  release_slot(entry, *entry.run);
  request_stop(entry.run, transaction);
  give_up_stuck_queues(transaction);
}

// Nobody waits for a run that has no worker to come.
void RegistryState::give_up_stuck_queues(Transaction& transaction) {
  if (!scheduler_) return;
  scheduler_->staff();
  for (std::size_t queue = 0; queue < ready_.size(); ++queue)
    if (scheduler_->stuck(queue))
      for (const auto& queued : ready_[queue]) end_pending(*queued, transaction);
}

void RegistryState::release_slot(const Entry& entry, Run& run) {
  if (std::exchange(run.holds_slot, false)) --in_time_[queue_of(entry)];
}

void RegistryState::request_stop(const std::shared_ptr<Run>& run, Transaction& transaction) {
  if (scheduler_)
    scheduler_->post_stop(run->stop);
  else
    transaction.call_later([this, run] {
      const Frame frame{this};
      run->stop.request_stop();
    });
}

void RegistryState::make_due(Entry& entry, Transaction& transaction) {
  if (!scheduler_) {
    apply(entry, MadeDue{}, transaction);
  } else if (!entry.queued) {
    entry.queued = true;
    ready_[queue_of(entry)].push_back(entry.shared_from_this());
    rebook(entry, transaction.now());
  }
}

// What the timetable has booked, a new check, or a run that has just returned: does what is due.
void RegistryState::look_at(Entry& entry, Transaction& transaction) {
  if (entry.scheduled()) apply(entry, TimePassed{}, transaction);
  judge_entry(entry, transaction);
  rebook(entry, transaction.now());  // also one that rests and is judged no more
  if (!runs(entry) || !scheduler_ || entry.state.turn > transaction.now()) return;
  if (entry.state.phase == RunPhase::overdue) apply(entry, TurnMissed{}, transaction);
  if (entry.state.phase == RunPhase::idle) make_due(entry, transaction);
}

// Starts the run that is due, and lets probes wait for it.
void RegistryState::attend_at_once(Entry& entry, Transaction& transaction) {
  look_at(entry, transaction);
  if (scheduler_) scheduler_->staff();
  begin_pending(entry, transaction);
}

Call RegistryState::begin_run(const std::shared_ptr<Entry>& entry, bool on_worker, Transaction& transaction) {
  entry->queued = false;
  entry->run = std::make_shared<Run>();
  entry->run->holds_slot = entry->run->holds_worker = on_worker;
  if (on_worker) {
    ++in_time_[queue_of(*entry)];
    ++in_call_[queue_of(*entry)];
  }
  ++entry->calls;
  ++calls_;
  apply(*entry, Started{jitter()}, transaction);
  return {entry, entry->body, entry->run, deadline_of(entry->state, entry->rules)};
}

void RegistryState::make(Call& call) {
  const Frame frame{this};
  const CheckContext context{call.run->stop.get_token(), call.deadline, options_.clock};
  if (call.body->asynchronous()) {
    const auto completion = std::make_shared<CompletionState>(weak_from_this(), call.entry, call.run);
    try {
      call.body->start(context, CheckCompletion{completion});
    } catch (...) {
      completion->complete(failure_of_exception());
    }
  } else {
    try {
      call.result = call.body->run(context);
    } catch (...) {
      call.result = failure_of_exception();
    }
  }
  call.body.reset();  // before the return is told: somebody may wait for it to destroy what the check refers to
}

void RegistryState::finish(Call& call, Transaction& transaction) {
  const auto& entry = call.entry;
  const auto& run = call.run;
  if (call.result) take_in(*entry, *run, *std::move(call.result), transaction);
  run->in_call = false;
  if (run->holds_worker) --in_call_[queue_of(*entry)];
  release_slot(*entry, *run);
  --calls_;
  if (--entry->calls == 0) leaving_.erase(entry->id);
  call_ended_.notify_all();
  end_run(entry, run, transaction);
}

void RegistryState::take_in(Entry& entry, Run& run, CheckResult result, Transaction& transaction) {
  run.completed = true;
  if (!entry.removed && !run.abandoned) apply(entry, ResultArrived{std::move(result)}, transaction);
}

void RegistryState::complete(const std::shared_ptr<Entry>& entry, const std::shared_ptr<Run>& run, CheckResult result) {
  Transaction transaction{*this};
  take_in(*entry, *run, std::move(result), transaction);
  end_run(entry, run, transaction);
}

// A run is over when the call has returned and, if it is asynchronous, its completion has come.
void RegistryState::end_run(const std::shared_ptr<Entry>& entry, const std::shared_ptr<Run>& run,
                            Transaction& transaction) {
  if (run->in_call || !run->completed || entry->run != run) return;
  entry->run = nullptr;
  if (entry->removed) return;
  apply(*entry, Returned{}, transaction);
  if (run->abandoned) apply(*entry, MadeDue{}, transaction);  // its result was dropped
  look_at(*entry, transaction);
}

void RegistryState::clear_queue(Transaction& transaction) {
  for (auto& queue : ready_) {
    for (const auto& entry : std::exchange(queue, {})) {
      entry->queued = false;
      end_pending(*entry, transaction);
      rebook(*entry, transaction.now());
    }
  }
}

std::size_t RegistryState::run_due() {
  if (Frame::inside(this)) return 0;
  std::vector<std::shared_ptr<Entry>> due;
  {
    Transaction transaction{*this};
    refresh(transaction);
    for (const auto& [id, entry] : entries_) {
      if (!runs(*entry) || entry->queued || entry->state.turn > transaction.now()) continue;
      if (entry->state.phase == RunPhase::overdue) apply(*entry, TurnMissed{}, transaction);
      if (entry->state.phase == RunPhase::idle) due.push_back(entry);
    }
  }
  std::size_t started = 0;
  for (const auto& entry : due) {
    std::optional<Call> call;
    {
      Transaction transaction{*this};
      if (!runs(*entry) || entry->queued || entry->state.phase != RunPhase::idle) continue;
      call = begin_run(entry, false, transaction);
    }
    make(*call);
    Transaction transaction{*this};
    finish(*call, transaction);
    ++started;
  }
  deliver_events();
  return started;
}

// The process stood still: nobody could beat, and the results have grown old in its sleep.
void RegistryState::pass_gap(SteadyTime began, Transaction& transaction) {
  for (const auto& [id, entry] : entries_) {
    if (frozen(*entry)) continue;
    if (entry->instant)
      entry->instant->pass_gap(counted_from(*entry), began, transaction.now());
    else
      apply(*entry, StoodStill{began}, transaction);
    attend_at_once(*entry, transaction);
  }
  bump();
}

double RegistryState::jitter() { return std::uniform_real_distribution{-0.1, 0.1}(random_); }

}  // namespace detail
}  // namespace vitals::inline v1
