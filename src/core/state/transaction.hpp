#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "core/state/registry_state.hpp"
#include "core/work/threads.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What a transaction leaves to be done without the lock: fire waits, wake and create threads, request stops and, last,
/// destroy user code. The destructor does it; none of it can fail.
struct Effects {
  explicit Effects(RegistryState& registry) noexcept : state{registry} {}
  Effects(const Effects&) = delete;
  Effects& operator=(const Effects&) = delete;
  ~Effects();

  RegistryState& state;
  FiredWaits fired = {};
  std::shared_ptr<Threads> threads = nullptr;  ///< The object that `calls` are for.
  Threads::Calls calls = {};
  bool call_ended = false;
  bool warns_no_runner = false;
  std::shared_ptr<Run> stops = nullptr;      ///< Stop requests that no thread but this one can make, linked.
  std::shared_ptr<Entry> garbage = nullptr;  ///< Removed checks, linked by next_garbage.
  Tasks dropped = {};                        ///< Jobs that no worker will do.
};

/// After how long a failed allocation or thread creation is tried again.
inline constexpr std::chrono::milliseconds retry_after{100};

/// For where clang can't see that a transaction holds this mutex.
inline void holds(const RegistryState& state) VITALS_THREADS(assert_capability(state.mutex)) { state.mutex.is_held(); }

/// When the timer must wake up, by the system's clock; SteadyTime::max(): never.
[[nodiscard]] SteadyTime next_wake(RegistryState& state, SteadyTime now, SteadyTime system_now) noexcept
    VITALS_REQUIRES(state.mutex);

/// Holds the lock of a registry. Everything in it happens at one moment.
///
/// To be settled after a change and before reading. The first transaction after a pause of the process also handles the
/// pause, so that every reader finds that done.
class VITALS_THREADS(scoped_lockable) Transaction {
  RegistryState& state_;
  Effects own_effects_;
  Effects& effects_;
  Lock lock_;

 public:
  explicit Transaction(RegistryState& state) VITALS_THREADS(acquire_capability(state.mutex));
  /// The same with effects that outlive this transaction.
  Transaction(RegistryState& state, Effects& effects) VITALS_THREADS(acquire_capability(state.mutex));
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() VITALS_THREADS(release_capability());

  const Moment now;
  /// Whether this is run_due(), which without a Runner takes the timer's place.
  bool is_run_due = false;
  /// Which threads may be created: fewer after one couldn't be.
  enum class MayCreate { all, timer, none } may_create = MayCreate::all;
  /// Whether threads for workers and lanes may be created. After a failure the timer retries later; without a timer
  /// every transaction does.
  [[nodiscard]] bool may_hire() const noexcept;
  [[nodiscard]] Effects& effects() noexcept { return effects_; }

  // Events of a check, with what they mean for its run and for probes that wait
  void apply(Entry& entry, CheckEvent event) noexcept;
  void end_waits(Entry& entry) noexcept;
  /// Puts its run in the queue, if there are threads; else makes it due for run_due().
  void make_due(Entry& entry) noexcept;
  void release_slot(Entry& entry, Run& run) noexcept;
  void request_stop(const std::shared_ptr<Run>& run) noexcept;
  void clear_queue() noexcept;
  /// Probes don't wait for any run any more.
  void end_all_waits() noexcept;

  /// Wakes or creates a worker for queued runs. Part of settling; to be called before under_way().
  void staff() noexcept;
  /// Whether a probe may wait for the check's run: it is in time, or queued and a worker will take it.
  [[nodiscard]] bool under_way(const Entry& entry) const noexcept;

  /// Brings everything up to date: what was touched or has expired is judged, announced and booked, startup latches,
  /// the probes are judged and announced, and threads are called. Idempotent.
  /// @param looks  How many of the checks that the timer must settle are settled, too.
  void settle(std::size_t looks = 0) noexcept;

  /// An allocation or a thread creation has failed: it is tried again in 100 ms.
  void retry_later() noexcept;
  [[nodiscard]] SteadyTime system_now() const noexcept;

 private:
  void pass_pause(Duration longest) noexcept;
};

}  // namespace detail
}  // namespace vitals::inline v1
