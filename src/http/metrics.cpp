#include <vitals/metrics.hpp>
#include <vitals/registry.hpp>

#include "core/state/probes.hpp"
#include "http/metrics_writer.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

Snapshot snapshot_of_all(RegistryState& state) {
  Effects effects{state};
  return snapshot(state, ProbeSet::all(), effects);
}

}  // namespace

void visit_metrics(RegistryState& state, MetricSink& sink) {
  visit_metrics(snapshot_of_all(state), true, sink);
  visit_live_metrics(state, sink);
}

}  // namespace detail

std::string metrics_text(const HealthRegistry& registry) {
  const auto state = detail::state_of(registry);
  auto text = detail::metrics_body(detail::snapshot_of_all(*state), true);
  detail::append_live_metrics(text, *state);
  return text;
}

}  // namespace vitals::inline v1
