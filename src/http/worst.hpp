#pragma once

#include "core/snapshot.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The status of the worst probe in the snapshot.
[[nodiscard]] inline Status worst(const Snapshot& snapshot) noexcept {
  Status status = Status::pass;
  for (const auto& report : snapshot.reports)
    if (report) status = worse(status, report->status());
  return status;
}

}  // namespace detail
}  // namespace vitals::inline v1
