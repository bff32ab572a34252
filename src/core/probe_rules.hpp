#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include <vitals/clock.hpp>
#include <vitals/registry.hpp>
#include <vitals/status.hpp>

#include "core/phase.hpp"
#include "core/probe_set.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Which checks of a probe count as what, after step (5).
class Tally {
 public:
  using Id = std::uint64_t;

  void add(Id check, Status status) {
    ++size_;
    if (status != Status::pass) unwell(status).insert(check);
  }
  void remove(Id check, Status status) noexcept {
    --size_;
    if (status != Status::pass) unwell(status).erase(check);
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] bool any_fails() const noexcept { return !fails_.empty(); }
  [[nodiscard]] bool any_warns() const noexcept { return !warns_.empty(); }
  /// Step (6); pass if there are no checks.
  [[nodiscard]] Status worst() const noexcept {
    return any_fails() ? Status::fail : any_warns() ? Status::warn : Status::pass;
  }
  /// The first that counts as `status`, which isn't pass.
  [[nodiscard]] std::optional<Id> first(Status status) const noexcept {
    const auto& checks = status == Status::fail ? fails_ : warns_;
    return checks.empty() ? std::nullopt : std::optional{*checks.begin()};
  }

 private:
  [[nodiscard]] std::set<Id>& unwell(Status status) noexcept { return status == Status::fail ? fails_ : warns_; }

  std::size_t size_ = 0;
  std::set<Id> fails_;
  std::set<Id> warns_;
};

/// Step (5): what a check's status means for its probe.
[[nodiscard]] constexpr Status counted(Status status, bool critical) noexcept {
  return status == Status::fail && !critical ? Status::warn : status;
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
  /// There are startup checks, and they have not succeeded yet. An empty startup passes without latching.
  [[nodiscard]] bool starting() const noexcept { return !latched && !of(Probe::startup).empty(); }
  [[nodiscard]] bool ready_to_latch() const noexcept { return starting() && !of(Probe::startup).any_fails(); }
  [[nodiscard]] Phase phase() const noexcept {
    if (shut_down) return Phase::draining;
    return starting() ? Phase::starting : Phase::serving;
  }
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
