#pragma once

#include <string>

#include <vitals/endpoint.hpp>
#include <vitals/report.hpp>

#include "core/model/snapshot.hpp"

namespace vitals::inline v1 {

struct ServiceInfo;

namespace detail {

/// Writes reports as application/health+json:
/// https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06
///
/// Root: `status`, `time`, `output` (the report's reason) and `checks`. The latter has, for each check, an array of one
/// object: `status`, `time`, `condition` (overdue, stale or not checked yet), `output` (the message, unless it passes)
/// and `data`. `details` decides whether `output` and `data` are written. Nothing is written that changes without a
/// result.
///
/// This overload is for one probe.
[[nodiscard]] std::string health_json(const Report& report, Callers details);

/// All probes. The root also has `probes` with the status of each, and each check has its `probe`. `phase` has the
/// `name` of the service's phase, `since` when, and during a shutdown what it waits for: `inFlight` and `callbacks`.
/// With details, `serviceId` and `version` identify the service. Each check then has `critical` and, after its first
/// result, `failuresInARow`, `failureThreshold`, `durationSeconds` of the last run, and the counts `results`,
/// `failures` and `timeouts`.
[[nodiscard]] std::string health_json(const Snapshot& snapshot, const ServiceInfo& service, Callers details);

/// One check's own status. `with_probe` writes the check as in the report on all probes.
[[nodiscard]] std::string health_json(const CheckReport& check, WallTime time, bool with_probe, Callers details);

}  // namespace detail
}  // namespace vitals::inline v1
