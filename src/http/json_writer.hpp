#pragma once

#include <string>
#include <string_view>

#include <vitals/report.hpp>
#include <vitals/status.hpp>

#include "http/view.hpp"

namespace vitals::inline v1 {
namespace detail {

inline constexpr std::string_view health_json_type = "application/health+json";

/// Writes views as application/health+json:
/// https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06
///
/// Root: `status`, `time`, `output` (the report's reason) and `checks`. The latter has, for each check, an array of one
/// object: `status`, `time`, `condition` (overdue, stale or not checked yet), `output` (the message, unless it passes)
/// and `data`. A datum that is one of the draft's measurements (`utilization`, `response_time`, `connections`,
/// `uptime`) has a key of its own, too: `database:responseTime` with `observedValue`. Without names there is `counts`
/// instead of `checks`. Nothing is written that changes without a result.
///
/// This overload is for one probe.
[[nodiscard]] std::string health_json(const View& view, Probe probe);

/// All probes. The root also has `probes` with the status of each, and each check has its `probe`. `phase` has the
/// `name` of the service's phase, `since` when, and during a shutdown what it waits for: `inFlight` and, with names,
/// `callbacks`. With details, `serviceId`, `version`, `releaseId`, `description` and `links` identify the service. Each
/// check then has `critical` and, after its first result, `failuresInARow`, `failureThreshold`, `durationSeconds` of
/// the last run, and the counts `results`, `failures` and `timeouts`.
[[nodiscard]] std::string health_json(const View& view);

/// One value, as in `data`.
[[nodiscard]] std::string json_text(const Value& value);

/// The reasons of the probes that don't pass, each with its probe: "readiness: SIGTERM".
[[nodiscard]] std::string joined_reasons(const View& view);

/// One check's own status. `with_probe` writes the check as in the report on all probes. The check shows what `sight`
/// allows.
[[nodiscard]] std::string health_json(const CheckReport& check, WallTime time, bool with_probe, Sight sight);

}  // namespace detail
}  // namespace vitals::inline v1
