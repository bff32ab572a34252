#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include <vitals/clock.hpp>
#include <vitals/registry.hpp>
#include <vitals/status.hpp>

#include "core/probe_set.hpp"

namespace vitals::inline v1 {
namespace detail {

/// How many checks of a probe count as what, after step (5).
class Tally {
 public:
  void add(Status status) noexcept { ++counts_[static_cast<std::size_t>(status)]; }
  void remove(Status status) noexcept { --counts_[static_cast<std::size_t>(status)]; }

  [[nodiscard]] bool empty() const noexcept { return counts_ == std::array<std::size_t, 3>{}; }
  [[nodiscard]] bool any(Status status) const noexcept { return counts_[static_cast<std::size_t>(status)] > 0; }
  /// Step (6); pass if there are no checks.
  [[nodiscard]] Status worst() const noexcept {
    return any(Status::fail) ? Status::fail : any(Status::warn) ? Status::warn : Status::pass;
  }

 private:
  std::array<std::size_t, 3> counts_ = {};
};

/// Step (5): what a check's status means for its probe.
[[nodiscard]] constexpr Status counted(Status status, bool critical) noexcept {
  return status == Status::fail && !critical ? Status::warn : status;
}

/// Where a service is in its life: what step (7) depends on.
///
///   starting ──startup is first not fail──▶ serving ──begin_shutdown()──▶ shutting down
struct Life {
  SteadyTime constructed = {};
  std::optional<SteadyTime> latched = std::nullopt;
  std::optional<SteadyTime> shut_down = std::nullopt;
  std::array<Tally, all_probes.size()> tallies = {};

  [[nodiscard]] const Tally& of(Probe probe) const noexcept { return tallies[index_of(probe)]; }
  [[nodiscard]] Tally& of(Probe probe) noexcept { return tallies[index_of(probe)]; }
  /// There are startup checks, and they have not succeeded yet. An empty startup passes without latching.
  [[nodiscard]] bool starting() const noexcept { return !latched && !of(Probe::startup).empty(); }
  [[nodiscard]] bool ready_to_latch() const noexcept { return starting() && !of(Probe::startup).any(Status::fail); }
};

/// What a probe amounts to.
struct ProbeVerdict {
  Status status = Status::pass;
  const char* reason = "";
  SteadyTime valid_until = SteadyTime::max();
};

/// Step (7) for a service that isn't shutting down. Pure.
[[nodiscard]] ProbeVerdict judge(Probe probe, const Life& life, const RegistryOptions& options, SteadyTime now);

}  // namespace detail
}  // namespace vitals::inline v1
