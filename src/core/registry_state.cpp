#include "core/registry_state.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "core/frame.hpp"
#include "core/moments.hpp"
#include "core/options.hpp"
#include "core/scheduler.hpp"
#include "core/text.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using namespace std::chrono_literals;

Report failed_report(Probe probe, std::string reason, WallTime time, std::vector<CheckReport> checks = {}) {
  return Report{
      {.probe = probe, .status = Status::fail, .reason = std::move(reason), .time = time, .checks = std::move(checks)}};
}

}  // namespace

RegistryState::Transaction::Transaction(RegistryState& state, Afterwards& afterwards)
    : state_{state}, lock_{state.mutex_}, now_{state.options_.clock.steady_now()}, afterwards_{afterwards} {
  if (!state_.scheduler_) return;
  if (const auto gap = state_.scheduler_->take_gap()) state_.pass_gap(now_ - *gap, *this);
}

RegistryState::Transaction::~Transaction() {
  state_.commit(*this);
  lock_.unlock();
}

RegistryState::RegistryState(const RegistryOptions& options)
    : options_{valid(options)}, phase_since_{options_.clock.wall_now()}, random_{std::random_device{}()} {
  const auto now = options_.clock.steady_now();
  life_.constructed = now;
  for (const auto probe : all_probes) told_[index_of(probe)] = {verdict_of(probe, now).status, now};
}

RegistryState::~RegistryState() = default;

std::uint64_t RegistryState::add_instant(Probe probe, std::string_view name, std::shared_ptr<InstantSource> source,
                                         const CheckOptions& options) {
  const auto rules = instant_rules(probe, name, options);
  Transaction transaction{*this};
  auto entry = std::make_shared<Entry>(last_id_ + 1, std::string{name}, rules);
  admit(*entry);
  source->bind(options_.clock, name);
  entry->instant = std::move(source);
  insert(transaction, entry);
  entry->instant->watch(weak_from_this(), entry->id);
  judge_entry(*entry, transaction);
  return entry->id;
}

std::uint64_t RegistryState::add_scheduled(Probe probe, std::string_view name, std::shared_ptr<CheckBody> body,
                                           const CheckOptions& options) {
  const auto rules = scheduled_rules(probe, name, options, options_.answer_budget);
  Transaction transaction{*this};
  auto entry = std::make_shared<Entry>(last_id_ + 1, std::string{name}, rules);
  admit(*entry);  // while `body` is the parameter's, which goes without the lock if this throws
  entry->body = std::move(body);
  insert(transaction, entry);
  if (++scheduled_ == 1) rebook_all(transaction.now());
  look_at(*entry, transaction);
  return entry->id;
}

void RegistryState::admit(const Entry& entry) const {
  const auto refuse = [&](const char* rule) {
    throw std::invalid_argument{"vitals: check \"" + entry.name + "\": " + rule};
  };
  if (ids_.contains(entry.name)) refuse("the name is taken");
  if (entry.rules.probe == Probe::startup && life_.latched)
    refuse("a startup check can't be added once startup has succeeded: register it before start()");
}

void RegistryState::insert(Transaction& transaction, const std::shared_ptr<Entry>& entry) {
  ids_.emplace(entry->name, entry->id);
  entries_.emplace(entry->id, entry);
  last_id_ = entry->id;
  entry->state.registered = entry->state.turn = transaction.now();
  life_.of(entry->rules.probe).add(entry->id, contribution_of(*entry));
  book_probes();
  bump();
}

void RegistryState::remove(std::uint64_t id, bool wait) noexcept {
  {
    Transaction transaction{*this};
    if (const auto found = entries_.find(id); found != entries_.end()) {
      const auto entry = found->second;
      entries_.erase(found);
      ids_.erase(entry->name);
      life_.of(entry->rules.probe).remove(id, contribution_of(*entry));
      retire(*entry, transaction);
      if (entry->calls > 0) leaving_.emplace(id, entry);
      book_probes();
      bump();
    }
  }
  if (!wait || Frame::inside(this)) return;
  std::unique_lock lock{mutex_};  // somebody else may have removed it, and its call goes on all the same
  call_ended_.wait(lock, [&] { return !leaving_.contains(id); });
}

void RegistryState::retire(Entry& entry, Transaction& transaction) {
  entry.removed = true;
  if (entry.scheduled()) --scheduled_;
  end_pending(entry, transaction);
  rebook(entry, transaction.now());
  if (entry.run) {
    release_slot(entry, *entry.run);
    request_stop(entry.run, transaction);
    give_up_stuck_queues(transaction);
  }
  if (entry.instant) entry.instant->unwatch(entry.id, this);
  transaction.destroy_later(std::move(entry.body));
  transaction.destroy_later(std::move(entry.instant));
}

void RegistryState::close() noexcept {
  std::vector<std::shared_ptr<Listener>> listeners;
  {
    Transaction transaction{*this};
    listeners = events_.end();  // first: the end of the registry is no event
    clear_queue(transaction);
    for (const auto& [id, entry] : entries_) retire(*entry, transaction);
    for (const auto& wait : waiting_) fire(wait, transaction);
    for (const auto probe : all_probes)
      frozen_[index_of(probe)] = failed_report(probe, "the registry has ended", transaction.wall_now());
    waiting_.clear();
    ids_.clear();
    entries_.clear();
    closed_ = true;
    book_probes();
    bump();
  }
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::vector<HealthListener> callables;  // destroyed last, without the lock: that is user code
  std::unique_lock lock{mutex_};
  if (!Frame::inside(this)) {
    call_ended_.wait_until(lock, deadline, [&] { return calls_ == 0; });
    events_.await_returns(lock, deadline);
    if (const auto stopped = stopped_) {
      lock.unlock();
      stopped->await_end(deadline);
      lock.lock();
    }
  }
  callables.reserve(listeners.size());
  for (const auto& listener : listeners) callables.push_back(EventQueue::take_callable(*listener));
}

void RegistryState::begin_shutdown(std::string_view reason) {
  Transaction transaction{*this};
  if (life_.shut_down || closed_) return;
  refresh(transaction);
  for (const auto probe : all_probes)
    if (!frozen_[index_of(probe)]) frozen_[index_of(probe)] = take_report(probe, transaction);
  auto& readiness = frozen_[index_of(Probe::readiness)];
  const auto why = safe_text(reason, CheckResult::max_text);
  readiness =
      failed_report(Probe::readiness, why.empty() ? "shutting down" : why, transaction.wall_now(), readiness->checks());
  life_.shut_down = transaction.now();
  draining_.store(true, std::memory_order_relaxed);  // before the version changes: whoever sees that sees this
  clear_queue(transaction);
  for (const auto& [id, entry] : entries_) {
    if (entry->run) request_stop(entry->run, transaction);
    end_pending(*entry, transaction);
    rebook(*entry, transaction.now());
  }
  for (const auto& wait : waiting_) fire(wait, transaction);
  waiting_.clear();
  book_probes();
  bump();
  tell_probe(Probe::readiness, verdict_of(Probe::readiness, transaction.now()), transaction);
}

void RegistryState::set_awaited(Awaited awaited) {
  // Made, and what it replaces destroyed, without the lock.
  std::shared_ptr<const Awaited> next = std::make_shared<Awaited>(std::move(awaited));
  const std::lock_guard lock{mutex_};
  if (!life_.shut_down) return;
  awaited_.swap(next);
  bump();
}

void RegistryState::instant_changed(std::uint64_t id) noexcept {
  Transaction transaction{*this};
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  bump();
  judge_entry(*found->second, transaction);
}

std::shared_ptr<Listener> RegistryState::subscribe(HealthListener function) {
  auto listener = std::make_shared<Listener>(std::move(function));
  Transaction transaction{*this};
  refresh(transaction);
  std::vector<HealthEvent> present;
  for (const auto probe : all_probes) {
    const auto verdict = verdict_of(probe, transaction.now());
    present.push_back(
        {.probe = probe, .to = verdict.status, .reason = reason_of(probe, verdict), .time = transaction.wall_now()});
  }
  events_.add(listener, std::move(present));
  rebook_all(transaction.now());
  book_probes();
  return listener;
}

void RegistryState::unsubscribe(const std::shared_ptr<Listener>& listener) noexcept {
  HealthListener callable;  // destroyed last, without the lock: that is user code
  std::unique_lock lock{mutex_};
  events_.remove(listener);
  if (!Frame::inside(this)) events_.await_return(lock, listener, std::chrono::steady_clock::now() + patience);
  callable = EventQueue::take_callable(*listener);
}

void RegistryState::deliver_events() {
  std::unique_lock lock{mutex_};
  events_.deliver(lock, this);
}

}  // namespace detail
}  // namespace vitals::inline v1
