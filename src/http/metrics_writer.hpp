#pragma once

#include <string>

#include <vitals/metric_sink.hpp>

#include "core/model/snapshot.hpp"

namespace vitals::inline v1 {
namespace detail {

// Writes metrics in Prometheus' text format 0.0.4:
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
//
// A family is either among those of a snapshot or among the live ones, so that texts of both can be joined.

/// What a snapshot of all probes shows: the registry's version changes with it. The exception is a run that has begun:
/// it is counted at its result. Without `names` there are no families of checks.
void visit_metrics(const Snapshot& snapshot, bool names, MetricSink& sink);
[[nodiscard]] std::string metrics_body(const Snapshot& snapshot, bool names);

/// What changes without a version: vitals_in_flight_work.
void visit_live_metrics(const RegistryState& state, MetricSink& sink);
void append_live_metrics(std::string& text, const RegistryState& state);

}  // namespace detail
}  // namespace vitals::inline v1
