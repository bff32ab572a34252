#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include <vitals/clock.hpp>
#include <vitals/registry.hpp>
#include <vitals/report.hpp>
#include <vitals/status.hpp>

#include "core/model/check_order.hpp"
#include "core/model/phase.hpp"
#include "core/model/probe_set.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The checks of a probe by the status that they count as, after step (5).
class Tally {
 public:
  /// Moves a check from the status `before` to `after`. nullopt: it isn't counted.
  void move(CheckOrder::Place& place, std::optional<Status> before, std::optional<Status> after) noexcept {
    if (before) --size_;
    if (after) ++size_;
    if (before && *before != Status::pass) unwell(*before).move(place, SteadyTime::max());
    if (after && *after != Status::pass) unwell(*after).move(place, SteadyTime::min());  // ordered by id alone
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] bool any_fails() const noexcept { return !fails_.empty(); }
  [[nodiscard]] bool any_warns() const noexcept { return !warns_.empty(); }
  /// Step (6); pass if there are no checks.
  [[nodiscard]] Status worst() const noexcept {
    return any_fails() ? Status::fail : any_warns() ? Status::warn : Status::pass;
  }
  /// The first check that counts as `status`, which must not be pass; null if there is none.
  [[nodiscard]] const Check* first(Status status) const noexcept {
    return (status == Status::fail ? fails_ : warns_).first_check();
  }

 private:
  [[nodiscard]] CheckOrder& unwell(Status status) noexcept { return status == Status::fail ? fails_ : warns_; }

  std::size_t size_ = 0;
  CheckOrder fails_;
  CheckOrder warns_;
};

/// Step (5): what a check's status means for its probe. A startup check that never ran fails, critical or not.
[[nodiscard]] constexpr Status counted(Status status, Probe probe, bool critical, Condition condition) noexcept {
  const bool never_started = probe == Probe::startup && condition == Condition::not_checked_yet;
  return status == Status::fail && !critical && !never_started ? Status::warn : status;
}
[[nodiscard]] inline Status counted(const CheckReport& check) noexcept {
  return counted(check.status, check.probe, check.critical, check.condition);
}

/// Where a service is in its life: what step (7) depends on.
///
///   starting ──startup is first not fail──▶ serving ──begin_shutdown()──▶ draining
struct Life {
  SteadyTime constructed = {};
  std::optional<SteadyTime> latched = std::nullopt;
  std::optional<SteadyTime> shut_down = std::nullopt;
  std::array<Tally, all_probes.size()> tallies = {};

  [[nodiscard]] const Tally& of(Probe probe) const noexcept { return tallies[index_of(probe)]; }
  [[nodiscard]] Tally& of(Probe probe) noexcept { return tallies[index_of(probe)]; }
  /// There are startup checks, and they have not succeeded yet. Without startup checks startup passes without latching.
  [[nodiscard]] bool starting() const noexcept { return !latched && !of(Probe::startup).empty(); }
  [[nodiscard]] bool ready_to_latch() const noexcept { return starting() && !of(Probe::startup).any_fails(); }
  [[nodiscard]] Phase phase() const noexcept {
    if (shut_down) return Phase::draining;
    return starting() ? Phase::starting : Phase::serving;
  }
};

struct ProbeVerdict {
  Status status = Status::pass;
  const char* reason = "";
  SteadyTime valid_until = SteadyTime::max();
};

/// Step (7) for a service that isn't shutting down. Pure.
[[nodiscard]] ProbeVerdict judge(Probe probe, const Life& life, const RegistryOptions& options,
                                 SteadyTime now) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
