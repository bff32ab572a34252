#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <string>

#include <vitals/export.hpp>
#include <vitals/http_route.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

class HealthRegistry;

/// The metrics of a registry in Prometheus' text format, for a host that already has a /metrics.
///
/// @code
/// body += vitals::metrics_text(health);
/// @endcode
///
/// The text is complete lines; send it as `text/plain; version=0.0.4; charset=utf-8`. All names of metrics begin with
/// `vitals_`. Each series of a check exists from its registration until its removal. A check that is registered again
/// starts anew. Shutdown and the end of startup freeze them along with the reports.
///
/// - Per check, with the labels `probe` and `check`: `vitals_check_up` (1 for pass and warn) and
///   `vitals_check_degraded` (1 for warn). They are the check's own status, whether or not it is critical.
/// - For checks that are called, but not for a Heartbeat, a HeartbeatGroup or a PushedCheck:
///   `vitals_check_runs_total`, `vitals_check_results_total`, `vitals_check_failures_total`,
///   `vitals_check_timeouts_total`, `vitals_check_duration_seconds` (the last run),
///   `vitals_check_last_run_timestamp_seconds` (when its result came) and
///   `vitals_check_last_success_timestamp_seconds`. The last three are 0 before the first.
/// - Per probe: `vitals_probe_up` and `vitals_probe_degraded`, the answer of the probe.
/// - `vitals_phase`, with one series per `phase`: 1 for the present one of starting, serving and draining.
/// - `vitals_in_flight_work` (see Lifecycle::begin_work()), `vitals_build_info` (the version of this library) and
///   `vitals_start_time_seconds` (of the registry).
///
/// Runs no check and never waits.
///
/// @par Thread safety  Shared objects: safe, also from inside a check.
[[nodiscard]] VITALS_EXPORT std::string metrics_text(const HealthRegistry& registry);

/// A route that answers with them, for a mounted Endpoint. Servers have it already: HealthServerOptions::metrics_paths.
///
/// @code
/// vitals::Endpoint endpoint{health, {.routes = {vitals::metrics()}}};
/// @endcode
///
/// Callers that may not see names (EndpointOptions::names) get no series of checks. While two versions of the text are
/// still being sent to slow readers, others get the newer one, at most HealthServerOptions::write_timeout old.
[[nodiscard]] VITALS_EXPORT HttpRoute metrics(Text path = "/metrics", HttpRouteOptions options = {});

}  // namespace vitals::inline v1

#endif
