#pragma once

#include <string>
#include <string_view>

#include <vitals/endpoint.hpp>
#include <vitals/report.hpp>

namespace vitals::inline v1 {
namespace detail {

/// "OK" or "Service Unavailable": a terse answer, and the last line of a verbose one.
[[nodiscard]] std::string_view verdict(Status status) noexcept;

/// The reason of a report, or "shutting down" if it is the application's and `details` withholds it. Empty if there is
/// none. A view into the report.
[[nodiscard]] std::string_view shown_reason(const Report& report, Callers details) noexcept;

/// One line per check, in order, and the verdict:
///
///     [+]cache ok
///     [!]search degraded: backlog of 12000
///     [-]database failed: connection refused
///     Service Unavailable
///
/// A check that isn't critical is at worst degraded. A reason of the report itself has a line named "(startup)" or
/// "(shutdown)"; no check can have such a name. `details` decides whether the application's reasons are shown.
[[nodiscard]] std::string verbose_text(const Report& report, Callers details);

/// The same for one check's own status.
[[nodiscard]] std::string verbose_text(const CheckReport& check, Callers details);

}  // namespace detail
}  // namespace vitals::inline v1
