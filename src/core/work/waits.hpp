#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>

#include "core/model/probe_set.hpp"
#include "core/work/entry.hpp"
#include "core/work/wait.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Which probes wait for which runs, and until when.
///
/// A request waits only for runs that are queued or running when it arrives: otherwise it might wait for ever where
/// many checks take turns. Runs are numbered as they come: a wait is over when the oldest run left is younger than the
/// request. No operation costs more than finding one request or run among all.
class Waits {
 public:
  /// A run of the check is queued or running, and probes need it.
  void begin(Entry& entry) noexcept;
  /// It has a result, or none will come in time.
  void end(Entry& entry, FiredWaits& fired) noexcept;
  [[nodiscard]] bool any(Probe probe) const noexcept { return runs_[index_of(probe)].first != nullptr; }

  /// Makes the wait last until the awaited runs of these probes are over.
  /// @returns Whether it waits for anything.
  /// @throws std::bad_alloc  The wait is over then.
  bool add(const std::shared_ptr<Wait>& wait, ProbeSet probes);
  /// The same for the awaited runs of these checks.
  bool add(const std::shared_ptr<Wait>& wait, std::span<Entry* const> entries);
  /// Makes the wait last until it is ended or its deadline passes.
  /// @throws std::bad_alloc  The wait is over then.
  void add(const std::shared_ptr<Wait>& wait);

  /// Fires waits whose deadline has passed, by the system's clock.
  void expire(SteadyTime system_now, FiredWaits& fired) noexcept;
  void fire_all(FiredWaits& fired) noexcept;
  /// SteadyTime::max() if no probe waits.
  [[nodiscard]] SteadyTime first_deadline() noexcept;

 private:
  struct NumberedWait {
    std::uint64_t last;  // the youngest run that it waits for
    std::shared_ptr<Wait> wait;
  };
  struct Runs {
    Entry* first = nullptr;  // the oldest
    Entry* last = nullptr;
    std::uint64_t number = 0;  // of the newest run so far
    std::deque<NumberedWait> waits = {};
  };

  template <class AddAll>
  bool add_all(const std::shared_ptr<Wait>& wait, const AddAll& add_to_runs);

  std::array<Runs, all_probes.size()> runs_;
  std::deque<std::shared_ptr<Wait>> by_deadline_;
};

}  // namespace detail
}  // namespace vitals::inline v1
