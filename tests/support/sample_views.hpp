#pragma once

#include <utility>

#include <vitals/registry.hpp>
#include <vitals/report.hpp>

#include "http/view.hpp"

namespace vitals::inline v1::test {

/// What a caller sees of one probe.
inline detail::View view_of(const Report& report, detail::Sight sight) {
  detail::Snapshot snapshot;
  snapshot.standing.worst = report.status();
  snapshot.reports[detail::index_of(report.probe())] = report;
  return detail::view_of(std::move(snapshot), sight, {});
}

}  // namespace vitals::inline v1::test
