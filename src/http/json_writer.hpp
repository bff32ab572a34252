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
/// Root: `status`, `time`, `output` (the report's reason) and `checks`: for each check an array of one object with
/// `status`, `time`, `condition` where the last result isn't in force, `output` (the message, unless it passes) and
/// `data`. `output` and `data` are written only if `details` says so. Nothing is written that changes without a result.
///
/// One probe.
[[nodiscard]] std::string health_json(const Report& report, Details details);

/// All probes: the root also has `probes` with the status of each, and each check its `probe`. The snapshot holds all
/// three. `phase` has the `name` of the service's phase, `since` when, and during a shutdown what is waited for:
/// `inFlight` and `callbacks`. With details, `serviceId` and `version` identify the service, and each check has
/// `critical` and, after a result: `failuresInARow`, `failureThreshold`, `durationSeconds` of the last run, and the
/// counts `results`, `failures` and `timeouts`.
[[nodiscard]] std::string health_json(const Snapshot& snapshot, const ServiceInfo& service, Details details);

/// One check's own status, as among all probes if `with_probe`, or else as in its own.
[[nodiscard]] std::string health_json(const CheckReport& check, WallTime time, bool with_probe, Details details);

}  // namespace detail
}  // namespace vitals::inline v1
