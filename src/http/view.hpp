#pragma once

#include <array>
#include <string_view>

#include <vitals/registry.hpp>
#include <vitals/rendered.hpp>
#include <vitals/report.hpp>

#include "core/model/snapshot.hpp"
#include "http/sight.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What an answer may show: a snapshot without what the caller may not see. Writers never see more than that.
struct View {
  /// Its reports have no checks without names; no messages, data and reasons of the application without details.
  Snapshot snapshot = {};
  Sight sight = Sight::names;
  ServiceInfo service = {};  ///< Empty without details.
  std::array<CheckCounts, all_probes.size()> counts = {};

  [[nodiscard]] const Report& of(Probe probe) const { return snapshot.of(probe); }
  [[nodiscard]] bool has_names() const noexcept { return sight != Sight::counts; }
  [[nodiscard]] bool has_details() const noexcept { return sight == Sight::details; }
};

/// Takes out of a snapshot the texts that the caller may not see. Numbers stay.
[[nodiscard]] View view_of(Snapshot snapshot, Sight sight, const ServiceInfo& service);
/// The same for one check, for a caller that may see names.
[[nodiscard]] CheckReport shown(CheckReport check, Sight sight);

}  // namespace detail
}  // namespace vitals::inline v1
