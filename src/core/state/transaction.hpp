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

/// What a transaction leaves to be done without the lock: waits are fired, threads woken and created, stops requested,
/// and at last what is the user's is destroyed. Done at its end; none of it can fail.
struct Effects {
  explicit Effects(RegistryState& registry) noexcept : state{registry} {}
  Effects(const Effects&) = delete;
  Effects& operator=(const Effects&) = delete;
  ~Effects();

  RegistryState& state;
  FiredWaits fired = {};
  std::shared_ptr<Threads> threads = nullptr;  ///< Whose threads are to be woken or created:
  Threads::Calls calls = {};
  bool call_ended = false;
  bool complains = false;                    ///< Says that nobody runs the checks.
  std::shared_ptr<Run> stops = nullptr;      ///< Stop requests that no thread but this one can make, linked.
  std::shared_ptr<Entry> garbage = nullptr;  ///< Removed checks, linked by next_garbage.
};

/// When what the system has refused, memory or a thread, is tried again.
inline constexpr std::chrono::milliseconds retry_after{100};

/// When the timer is to be awake again, by the system's clock; SteadyTime::max(): never.
[[nodiscard]] SteadyTime next_wake(RegistryState& state, SteadyTime now, SteadyTime system_now) noexcept
    VITALS_REQUIRES(state.mutex);

/// Holds the lock of a registry: what happens in it happens at one moment.
///
/// Whoever has changed something, and whoever wants to read, settles first. The first transaction after a pause of the
/// process also does what that asks for: whoever looks must find it done.
class VITALS_THREADS(scoped_lockable) Transaction {
  RegistryState& state_;
  Effects own_effects_;
  Effects& effects_;
  Lock lock_;

 public:
  explicit Transaction(RegistryState& state) VITALS_THREADS(acquire_capability(state.mutex));
  /// The same with effects that come later than this transaction's end.
  Transaction(RegistryState& state, Effects& effects) VITALS_THREADS(acquire_capability(state.mutex));
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() VITALS_THREADS(release_capability());

  /// The moment at which all of it happens.
  const Moment now;
  /// Which threads may be created. Less where one has just been refused.
  enum class MayCreate { all, timer, none } may_create = MayCreate::all;
  /// Whether workers and lanes may be: a timer tries again later what was refused, without one each transaction does.
  [[nodiscard]] bool may_hire() const noexcept;
  [[nodiscard]] Effects& effects() noexcept { return effects_; }

  // What happens to a check, with what that means for its run and for who waits
  void apply(Entry& entry, CheckEvent event) noexcept;
  void end_waits(Entry& entry) noexcept;
  /// Puts its run in the queue, if there are threads; else makes it due for run_due().
  void make_due(Entry& entry) noexcept;
  void release_slot(Entry& entry, Run& run) noexcept;
  void request_stop(const std::shared_ptr<Run>& run) noexcept;
  void clear_queue() noexcept;
  /// Nothing waits for runs any more.
  void end_all_waits() noexcept;

  /// Calls workers for what is ready. Part of settling, and to be called before under_way() is asked.
  void staff() noexcept;
  /// Whether a probe may wait for it: a run that is in time, or that has a worker to come.
  [[nodiscard]] bool under_way(const Entry& entry) const noexcept;

  /// Brings everything up to date: what has been touched and what time has overtaken is judged, told and booked,
  /// startup latches, the probes are judged and told, and threads are called. Idempotent.
  /// @param looks  How many of the checks that the timer is to look at are looked at, too.
  void settle(std::size_t looks = 0) noexcept;

  /// Nothing was to be had of the system: it is tried again in 100 ms.
  void retry_later() noexcept;
  [[nodiscard]] SteadyTime system_now() const noexcept;

 private:
  void pass_pause(Duration longest) noexcept;
};

}  // namespace detail
}  // namespace vitals::inline v1
