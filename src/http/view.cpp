#include "http/view.hpp"

#include <stdexcept>
#include <utility>

#include "core/model/probe_rules.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

CheckCounts counts_of(const Report& report) noexcept {
  CheckCounts counts;
  for (const auto& check : report.checks()) {
    switch (counted(check)) {
      case Status::pass: ++counts.passing; break;
      case Status::warn: ++counts.degraded; break;
      case Status::fail: ++counts.failing; break;
    }
  }
  return counts;
}

/// The application's reason of a shutdown becomes the library's words. The library's own reasons reveal nothing about
/// the application.
Report shown(const Report& report, Sight sight) {
  if (sight == Sight::details) return report;
  const bool withheld = !report.reason().empty() && !report.reason_by_library();
  Report::Data data{.probe = report.probe(),
                    .status = report.status(),
                    .reason = withheld ? "shutting down" : report.reason(),
                    .time = report.time(),
                    .reason_by_library = !report.reason().empty()};
  if (sight == Sight::names) {
    data.checks.reserve(report.checks().size());
    for (const auto& check : report.checks()) data.checks.push_back(shown(check, sight));
  }
  return Report{std::move(data)};
}

}  // namespace

CheckReport shown(CheckReport check, Sight sight) {
  if (sight == Sight::details) return check;
  if (!check.message_by_library) check.message.clear();
  check.data.clear();
  return check;
}

View view_of(Snapshot snapshot, Sight sight, const ServiceInfo& service) {
  View view{.snapshot = std::move(snapshot), .sight = sight};
  if (sight == Sight::details) view.service = service;
  for (const auto probe : all_probes) {
    auto& report = view.snapshot.reports[index_of(probe)];
    if (!report) continue;
    view.counts[index_of(probe)] = counts_of(*report);
    report = shown(*report, sight);
  }
  return view;
}

}  // namespace detail

Status HealthView::status() const noexcept { return view_->snapshot.standing.worst; }

const Report& HealthView::report(Probe probe) const {
  const auto& report = view_->snapshot.reports[detail::index_of(probe)];
  if (!report) throw std::out_of_range{"vitals: HealthView::report: the route isn't about this probe"};
  return *report;
}

const CheckCounts& HealthView::counts(Probe probe) const noexcept { return view_->counts[detail::index_of(probe)]; }
bool HealthView::shows_names() const noexcept { return view_->has_names(); }
bool HealthView::shows_details() const noexcept { return view_->has_details(); }
const ServiceInfo& HealthView::service() const noexcept { return view_->service; }
std::string_view HealthView::phase() const noexcept { return to_string(view_->snapshot.phase); }
WallTime HealthView::phase_since() const noexcept { return view_->snapshot.phase_since; }

}  // namespace vitals::inline v1
