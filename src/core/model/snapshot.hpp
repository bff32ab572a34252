#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include <vitals/clock.hpp>
#include <vitals/report.hpp>

#include "core/model/phase.hpp"
#include "core/model/probe_set.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The worst status of some probes at one moment; see RegistryState::still_holds().
struct Standing {
  Status worst = Status::pass;
  std::uint64_t version = 0;
};

/// The same with the probes' reports and the phase of the service.
struct Snapshot {
  Standing standing = {};
  Phase phase = Phase::serving;
  WallTime phase_since = {};
  WallTime started = {};                             ///< When the registry was made.
  std::shared_ptr<const Awaited> awaited = nullptr;  ///< What the shutdown waits for; null if nothing has set it.
  std::array<std::optional<Report>, all_probes.size()> reports = {};

  [[nodiscard]] const Report& of(Probe probe) const { return reports[index_of(probe)].value(); }
};

struct CheckSnapshot {
  CheckReport check;
  WallTime time;
};

}  // namespace detail
}  // namespace vitals::inline v1
