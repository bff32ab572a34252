#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/registry.hpp>

#include "core/entry.hpp"
#include "core/event_queue.hpp"
#include "core/pending_runs.hpp"
#include "core/phase.hpp"
#include "core/probe_rules.hpp"
#include "core/snapshot.hpp"
#include "core/timetable.hpp"

namespace vitals::inline v1 {
namespace detail {

class Scheduler;
enum class Lane;

/// A call of a check that is about to be made: what the calling thread needs, without the lock.
struct Call {
  std::shared_ptr<Entry> entry;
  std::shared_ptr<CheckBody> body;
  std::shared_ptr<Run> run;
  SteadyTime deadline;
  std::optional<CheckResult> result = std::nullopt;  ///< What it said, unless it is asynchronous.
};

/// What may not be done under a lock: user code, and the destruction of what is the user's. Done at its end.
struct Afterwards {
  Afterwards() = default;
  Afterwards(const Afterwards&) = delete;
  Afterwards& operator=(const Afterwards&) = delete;
  ~Afterwards() {
    for (auto& call : calls) call();
  }

  std::vector<std::shared_ptr<void>> garbage = {};
  std::vector<std::function<void()>> calls = {};
};

/// What a HealthRegistry, its handles, Runners and Endpoints share: the checks and what is known of them.
///
/// One lock guards it all. Decisions are made by pure functions (check_state, probe_rules); here they are applied, told
/// and timed. No user code runs under the lock: what must be called or destroyed afterwards is left with the
/// Transaction.
///
/// @par Thread safety  Shared objects: safe.
class RegistryState final : public InstantWatcher, public std::enable_shared_from_this<RegistryState> {
 public:
  class Transaction;

  explicit RegistryState(const RegistryOptions& options);
  ~RegistryState();

  // The registry (registry_state.cpp)
  std::uint64_t add_instant(Probe probe, std::string_view name, std::shared_ptr<InstantSource> source,
                            const CheckOptions& options);
  std::uint64_t add_scheduled(Probe probe, std::string_view name, std::shared_ptr<CheckBody> body,
                              const CheckOptions& options);
  void remove(std::uint64_t id, bool wait) noexcept;
  void begin_shutdown(std::string_view reason);
  /// begin_shutdown() was called. Takes no lock.
  [[nodiscard]] bool draining() const noexcept { return draining_.load(std::memory_order_relaxed); }
  /// Tells what the end of the service waits for now, from any thread; ignored before begin_shutdown().
  void set_awaited(Awaited awaited);
  /// The registry's end: nothing runs any more, and every check goes.
  void close() noexcept;
  void instant_changed(std::uint64_t id) noexcept override;

  // Listeners (registry_state.cpp)
  std::shared_ptr<Listener> subscribe(HealthListener listener);
  void unsubscribe(const std::shared_ptr<Listener>& listener) noexcept;
  void deliver_events();

  // Probes (registry_probes.cpp)
  /// Starts the runs that a probe needs: of all checks of `probes`, or only of the one named. Null: there is nothing to
  /// wait for. Else `ready` is called once, without the lock, at the latest when the answer budget is spent; it must
  /// neither block nor throw.
  [[nodiscard]] std::shared_ptr<Wait> ask(ProbeSet probes, std::string_view check, std::function<void()> ready);
  void cancel(const std::shared_ptr<Wait>& wait) noexcept;
  /// When a probe that asked then has its answer, by the registry's clock, with a Runner or without: later than now
  /// while runs that it needs are under way and in time; not after the answer budget.
  [[nodiscard]] SteadyTime answered_at(ProbeSet probes, std::string_view check, SteadyTime asked) const;
  [[nodiscard]] bool has_runner() const;
  /// What is known now. Runs nothing and never waits. The caller's `afterwards` takes what is left to be done.
  [[nodiscard]] Standing standing(ProbeSet probes, Afterwards& afterwards);
  [[nodiscard]] Snapshot snapshot(ProbeSet probes, Afterwards& afterwards);
  /// Of one check; nothing if there is none of that name.
  [[nodiscard]] std::optional<CheckSnapshot> snapshot(std::string_view check);
  [[nodiscard]] std::optional<Probe> probe_of(std::string_view check) const;
  /// Changes with everything that an answer shows.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }
  [[nodiscard]] const Clock& clock() const noexcept { return options_.clock; }
  [[nodiscard]] Duration shutdown_limit() const noexcept { return options_.shutdown_limit; }
  /// Whether a Standing of that version and validity is still true. Takes no lock, and reads the system's clock once.
  [[nodiscard]] bool still_holds(std::uint64_t version, SteadyTime valid_until) const noexcept;
  /// The process has just stood still, and nobody has done yet what that asks for: nothing from before counts.
  [[nodiscard]] bool in_gap() const noexcept {
    const auto from = gap_from_.load(std::memory_order_relaxed);
    return from != no_gap && std::chrono::steady_clock::now().time_since_epoch().count() > from;
  }
  /// Runs a task on the thread that answers asynchronous requests.
  void post_answer(std::function<void()> task);
  /// Runs a task on the thread that writes the log.
  void post_log(std::function<void()> task);

  // Runs (registry_runs.cpp)
  std::size_t run_due();
  /// Calls the check, without the lock.
  void make(Call& call);
  /// Takes in what it said.
  void finish(Call& call, Transaction& transaction);
  /// An asynchronous check's result, from any thread.
  void complete(const std::shared_ptr<Entry>& entry, const std::shared_ptr<Run>& run, CheckResult result);

  // Scheduling (registry_leases.cpp)
  void acquire_scheduler();
  /// @returns The scheduler, if this was its last share.
  std::shared_ptr<Scheduler> release_scheduler() noexcept;
  [[nodiscard]] std::vector<std::string> checks_in_call() const;

 private:
  friend class Scheduler;
  using Entries = std::map<std::uint64_t, std::shared_ptr<Entry>>;
  void admit(const Entry& entry) const;
  void insert(Transaction& transaction, const std::shared_ptr<Entry>& entry);
  void retire(Entry& entry, Transaction& transaction);
  void bump() noexcept { version_.fetch_add(1, std::memory_order_acq_rel); }

  // Verdicts (registry_verdicts.cpp)
  /// What the check's report says doesn't change any more.
  [[nodiscard]] bool frozen(const Entry& entry) const noexcept;
  [[nodiscard]] Surroundings surroundings() const;
  [[nodiscard]] SteadyTime counted_from(const Entry& entry) const noexcept;
  [[nodiscard]] ProbeVerdict verdict_of(Probe probe, SteadyTime now) const;
  [[nodiscard]] std::string reason_of(Probe probe, const ProbeVerdict& verdict) const;
  void judge_entry(Entry& entry, Transaction& transaction);
  void tell_check(Entry& entry, Transaction& transaction);
  void tell_probe(Probe probe, const ProbeVerdict& verdict, Transaction& transaction);
  void latch(Transaction& transaction);
  void commit(Transaction& transaction);
  void rebook(Entry& entry, SteadyTime now);
  void rebook_all(SteadyTime now);
  [[nodiscard]] SteadyTime next_look(const Entry& entry, SteadyTime now) const;
  void book_probes();

  // Probes (registry_probes.cpp)
  void ask_probe(Probe probe, Transaction& transaction);
  void ask_entry(Entry& entry, Transaction& transaction);
  [[nodiscard]] bool under_way(const Entry& entry) const;
  void begin_pending(Entry& entry, Transaction& transaction);
  static void add_wait(Entry& entry, const std::shared_ptr<Wait>& wait);
  void end_pending(Entry& entry, Transaction& transaction);
  void end_overdue_waits(Transaction& transaction);
  static void fire(const std::shared_ptr<Wait>& wait, Transaction& transaction);
  void refresh(Transaction& transaction);
  [[nodiscard]] Report take_report(Probe probe, const Transaction& transaction) const;
  [[nodiscard]] Standing standing(ProbeSet probes, const Transaction& transaction) const;
  [[nodiscard]] Entries::const_iterator find(std::string_view check) const;
  void post(Lane lane, std::function<void()> task);

  // Runs (registry_runs.cpp)
  /// Whether runs of this check are still started.
  [[nodiscard]] bool runs(const Entry& entry) const noexcept;
  void apply(Entry& entry, CheckEvent event, Transaction& transaction);
  void look_at(Entry& entry, Transaction& transaction);
  void make_due(Entry& entry, Transaction& transaction);
  void attend_at_once(Entry& entry, Transaction& transaction);
  [[nodiscard]] Call begin_run(const std::shared_ptr<Entry>& entry, bool on_worker, Transaction& transaction);
  void take_in(Entry& entry, Run& run, CheckResult result, Transaction& transaction);
  void end_run(const std::shared_ptr<Entry>& entry, const std::shared_ptr<Run>& run, Transaction& transaction);
  void became_overdue(Entry& entry, Transaction& transaction);
  void give_up_stuck_queues(Transaction& transaction);
  void release_slot(const Entry& entry, Run& run);
  void request_stop(const std::shared_ptr<Run>& run, Transaction& transaction);
  void clear_queue(Transaction& transaction);
  void pass_gap(SteadyTime began, Transaction& transaction);
  [[nodiscard]] double jitter();

  const RegistryOptions options_;
  std::atomic<std::uint64_t> version_ = 1;
  std::atomic<bool> draining_ = false;
  static constexpr auto no_gap = std::chrono::steady_clock::duration::max().count();
  std::atomic<std::chrono::steady_clock::rep> gap_from_ = no_gap;  // when the timer's delay becomes a gap, if it runs
  mutable std::mutex mutex_;
  std::condition_variable call_ended_;

  Entries entries_;  // in the order of their registration
  std::map<std::string, std::uint64_t, std::less<>> ids_;
  Entries leaving_;  // removed, and still in a call
  std::uint64_t last_id_ = 0;
  Life life_;
  std::array<std::optional<Report>, all_probes.size()> frozen_;  // by the startup latch or the shutdown
  struct Told {
    Status status = Status::pass;
    SteadyTime at = {};
  };
  std::array<Told, all_probes.size()> told_;  // by the last event
  Phase phase_ = Phase::serving;
  WallTime phase_since_;
  std::shared_ptr<const Awaited> awaited_;
  bool closed_ = false;
  EventQueue events_;

  Timetable looks_;  // when the timer must look at a check; no check: at the probes
  SteadyTime probes_look_ = SteadyTime::max();
  std::array<Timetable, all_probes.size()> expiries_;  // from when on time alone makes a verdict wrong
  std::array<Timetable, all_probes.size()> wants_;     // from when on a probe needs a run that isn't pending
  std::array<PendingRuns, all_probes.size()> pending_;
  std::size_t scheduled_ = 0;                                // checks that aren't instant
  std::array<std::deque<std::shared_ptr<Entry>>, 2> ready_;  // waiting for a worker: liveness, others
  std::deque<std::shared_ptr<Wait>> waiting_;                // in the order of their deadlines
  std::array<std::size_t, 2> in_time_ = {};  // runs on workers within their timeout, of the same two kinds
  std::array<std::size_t, 2> in_call_ = {};  // workers in a call of these
  std::size_t calls_ = 0;                    // of checks, now
  std::minstd_rand random_;

  std::size_t leases_ = 0;
  std::shared_ptr<Scheduler> scheduler_;
  std::shared_ptr<Scheduler> stopped_;  // the one before: close() joins what is left of it
};

/// Holds the lock, and does without it what may not be done under it.
///
/// Its end judges the probes, tells the listeners, lets the lock go, and then calls and destroys what was left with it.
class RegistryState::Transaction {
 public:
  /// The first one after a gap also does what the gap asks for: whoever looks must find it done.
  explicit Transaction(RegistryState& state) : Transaction{state, own_} {}
  Transaction(RegistryState& state, Afterwards& afterwards);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  /// The moment at which all of it happens.
  [[nodiscard]] SteadyTime now() const noexcept { return now_; }
  [[nodiscard]] WallTime wall_now() const noexcept { return state_.options_.clock.wall_now(); }

  void call_later(std::function<void()> call) { afterwards_.calls.push_back(std::move(call)); }
  void destroy_later(std::shared_ptr<void> object) { afterwards_.garbage.push_back(std::move(object)); }

 private:
  RegistryState& state_;
  std::unique_lock<std::mutex> lock_;
  SteadyTime now_;
  Afterwards& afterwards_;
  Afterwards own_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
