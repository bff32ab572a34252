#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>

#include "core/model/probe_set.hpp"
#include "core/work/entry.hpp"
#include "core/work/wait.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Who waits for which runs, and until when.
///
/// A request waits for the runs that are on their way when it comes and for nothing that comes later: otherwise it
/// would wait for good where many checks take turns. Runs are numbered in the order in which they come, so that a
/// request's wait is over when the oldest run left is younger than the request. Nothing here costs more for more
/// requests or more runs than finding one among them.
class Waits {
 public:
  /// A run of the check is on its way, and wanted.
  void begin(Entry& entry) noexcept;
  /// It has a result, or none will come in time.
  void end(Entry& entry, FiredWaits& fired) noexcept;
  [[nodiscard]] bool any(Probe probe) const noexcept { return runs_[index_of(probe)].first != nullptr; }

  /// Has the wait last until what is on its way now for these probes is over, or for the check, if one is given.
  /// @returns Whether it waits for anything.
  /// @throws std::bad_alloc  The wait is over then.
  bool add(const std::shared_ptr<Wait>& wait, ProbeSet probes, Entry* entry);

  /// Fires those whose deadline has come, by the system's clock.
  void expire(SteadyTime system_now, FiredWaits& fired) noexcept;
  void fire_all(FiredWaits& fired) noexcept;
  /// SteadyTime::max() if nobody waits.
  [[nodiscard]] SteadyTime first_deadline() noexcept;

 private:
  struct NumberedWait {
    std::uint64_t last;  // run that it waits for
    std::shared_ptr<Wait> wait;
  };
  struct Runs {
    Entry* first = nullptr;  // the oldest
    Entry* last = nullptr;
    std::uint64_t number = 0;  // of the youngest ever
    std::deque<NumberedWait> waits = {};
  };

  std::array<Runs, all_probes.size()> runs_;
  std::deque<std::shared_ptr<Wait>> by_deadline_;
};

}  // namespace detail
}  // namespace vitals::inline v1
