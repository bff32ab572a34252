#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include <vitals/process_owner.hpp>
#include <vitals/registry.hpp>

#include "core/base/mutex.hpp"
#include "core/events/event_queue.hpp"
#include "core/model/health_model.hpp"
#include "core/model/work_gauge.hpp"
#include "core/redaction.hpp"
#include "core/sources/instant.hpp"
#include "core/work/entry.hpp"
#include "core/work/pause_watch.hpp"
#include "core/work/ready_queue.hpp"
#include "core/work/waits.hpp"
#include "core/work/work_counts.hpp"

namespace vitals::inline v1 {
namespace detail {

class Follower;
class Threads;

/// Shared by a HealthRegistry, its handles, Runners and Endpoints. One mutex guards it all, and a Transaction holds it.
/// What they do are functions over this state: checks.hpp, probes.hpp, runs.hpp, leases.hpp.
///
/// No user code runs under the mutex.
///
/// @par Thread safety  Shared objects: safe.
struct RegistryState final : InstantWatcher, std::enable_shared_from_this<RegistryState> {
  explicit RegistryState(RegistryOptions registry_options);
  ~RegistryState();

  /// This is a copy in a child of fork(), and the checks run in the parent. The state's owner then leaks it. Calls that
  /// would change it, or end something, do nothing.
  [[nodiscard]] bool in_another_process() const noexcept { return owner.is_another(); }
  [[nodiscard]] const Clock& clock() const noexcept { return options.clock; }
  /// Whether an answer about these probes at `version` is still true. Takes no lock, and reads the system's clock once.
  [[nodiscard]] bool still_holds(ProbeSet probes, std::uint64_t version) const noexcept;
  /// From now on no kept answer holds, because it may show something else that has changed. Takes no lock: a version
  /// that nothing was written for outdates answers, and does no more.
  void outdate_answers() noexcept { version.fetch_add(1, std::memory_order_acq_rel); }
  void instant_changed(const InstantSource& source) noexcept override;

  const Redactor redactor;  ///< Moved out of the options.
  const RegistryOptions options;
  ProcessOwner owner;  // the process that took the first lease

  // Read without the mutex, changed under it.
  std::atomic<std::uint64_t> version = 1;  ///< Changes with everything that an answer shows.
  /// Until when each probe's answers hold if no event comes. Stored after the version: a reader that loads this first,
  /// and then finds the version it knows, has a value that holds for that version.
  std::array<std::atomic<Duration::rep>, all_probes.size()> valid_until;
  std::atomic<bool> draining = false;                    ///< begin_shutdown() was called.
  std::atomic<LookAtThreads> look_at_threads = nullptr;  ///< Not null: a heartbeat is, or was, bound to a thread.
  std::atomic<std::size_t> leases = 0;
  PauseWatch pause;

  Mutex mutex;
  HealthModel model VITALS_GUARDED_BY(mutex);
  Waits waits VITALS_GUARDED_BY(mutex);
  ReadyQueue ready VITALS_GUARDED_BY(mutex);
  RunCounts runs VITALS_GUARDED_BY(mutex);
  EventQueue events VITALS_GUARDED_BY(mutex);
  std::array<std::shared_ptr<EventSlot>, all_probes.size()> probe_events VITALS_GUARDED_BY(mutex);
  EntriesBySource by_source VITALS_GUARDED_BY(mutex);
  CheckList::Checks leaving VITALS_GUARDED_BY(mutex);  ///< Removed, and still in a call.
  std::size_t calls VITALS_GUARDED_BY(mutex) = 0;      ///< Calls of checks in progress.
  WaitCondition call_ended;
  std::shared_ptr<const Awaited> awaited VITALS_GUARDED_BY(mutex);
  std::weak_ptr<const WorkGauge> work VITALS_GUARDED_BY(mutex);  ///< Of the last Lifecycle.
  std::vector<std::shared_ptr<Follower>> followers VITALS_GUARDED_BY(mutex);
  SteadyTime follow_at VITALS_GUARDED_BY(mutex) = SteadyTime::max();  ///< When to call them, even without a change.
  bool ran VITALS_GUARDED_BY(mutex) = false;                          ///< run_due() was called.
  bool warned_no_runner VITALS_GUARDED_BY(mutex) = false;
  std::minstd_rand random VITALS_GUARDED_BY(mutex);

  std::shared_ptr<Threads> threads VITALS_GUARDED_BY(mutex);  ///< While there is a lease.
  std::shared_ptr<Threads> stopped VITALS_GUARDED_BY(mutex);  ///< The previous ones, until close() joins them.
  /// When a failed allocation or thread creation is tried again, by the system's clock.
  SteadyTime retry_at VITALS_GUARDED_BY(mutex) = SteadyTime::max();
  SteadyTime spawn_from VITALS_GUARDED_BY(mutex) = SteadyTime::min();
};

}  // namespace detail
}  // namespace vitals::inline v1
