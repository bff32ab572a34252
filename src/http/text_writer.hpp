#pragma once

#include <string>
#include <string_view>

#include <vitals/endpoint.hpp>
#include <vitals/report.hpp>

namespace vitals::inline v1 {
namespace detail {

/// "OK" or "Service Unavailable": the whole of a terse answer, and the last line of a verbose one.
[[nodiscard]] std::string_view verdict(Status status) noexcept;

/// The reason of a report, as far as `details` lets it be shown: the library's own in any case, in place of the
/// application's for a shutdown "shutting down". Empty if there is none. Lasts as long as the report.
[[nodiscard]] std::string_view shown_reason(const Report& report, Callers details) noexcept;

/// A line a check, in order, and the verdict:
///
///     [+]cache ok
///     [!]search degraded: backlog of 12000
///     [-]database failed: connection refused
///     Service Unavailable
///
/// A check that isn't critical is at worst degraded. Where the report has a reason of its own, a line named "(startup)"
/// or "(shutdown)", as no check can be, tells it. Reasons are shown as `details` says, the library's own in any case.
[[nodiscard]] std::string verbose_text(const Report& report, Callers details);

/// The same of one check's own status.
[[nodiscard]] std::string verbose_text(const CheckReport& check, Callers details);

}  // namespace detail
}  // namespace vitals::inline v1
