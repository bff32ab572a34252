#pragma once

#include <string>

#include <vitals/endpoint.hpp>
#include <vitals/report.hpp>

#include "core/model/snapshot.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Writes reports as application/health+json:
/// https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06
///
/// Root: `status`, `time`, `output` (the report's reason) and `checks`: for each check an array of one object with
/// `status`, `time`, `condition` where the last result isn't in force, `output` (the message, unless it passes) and
/// `data`. `output` and `data` are written only if `details` says so. Nothing is written that grows old by itself.
///
/// One probe.
[[nodiscard]] std::string health_json(const Report& report, Callers details);

/// All probes: the root has `probes` with the status of each too, and each check its `probe`. The snapshot holds all
/// three. `phase` tells by `name` and `since` where the service is in its life and, once somebody has told, by
/// `inFlight` and `callbacks` what its end waits for.
[[nodiscard]] std::string health_json(const Snapshot& snapshot, Callers details);

/// One check's own status, with the `probe` that it belongs to if `with_probe`.
[[nodiscard]] std::string health_json(const CheckReport& check, WallTime time, bool with_probe, Callers details);

}  // namespace detail
}  // namespace vitals::inline v1
