#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <vitals/clock.hpp>
#include <vitals/report.hpp>

#include "core/probe_set.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Reports of some probes, taken at one moment, and how long they stay true: while the registry's version is `version`
/// and the registry's clock shows less than `valid_until`.
struct Snapshot {
  std::array<std::optional<Report>, all_probes.size()> reports = {};
  std::uint64_t version = 0;
  SteadyTime valid_until = SteadyTime::min();

  [[nodiscard]] const Report& of(Probe probe) const { return reports[index_of(probe)].value(); }
};

}  // namespace detail
}  // namespace vitals::inline v1
