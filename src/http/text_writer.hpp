#pragma once

#include <string>
#include <string_view>

#include <vitals/report.hpp>
#include <vitals/status.hpp>

#include "http/view.hpp"

namespace vitals::inline v1 {
namespace detail {

/// "OK" or "Service Unavailable": a terse answer, and the last line of a verbose one.
[[nodiscard]] std::string_view verdict(Status status) noexcept;

/// One line per check, in order, and the verdict:
///
///     [+]cache ok
///     [!]search degraded: backlog of 12000
///     [-]database failed: connection refused
///     Service Unavailable
///
/// A check that isn't critical is at worst degraded. A reason of the report itself has a line named "(startup)" or
/// "(shutdown)", and without names a line counts checks: "[-](2 checks) failed". No check can have such a name.
[[nodiscard]] std::string verbose_text(const View& view, Probe probe);

/// The same for one check's own status. The check shows what `sight` allows.
[[nodiscard]] std::string verbose_text(const CheckReport& check, Sight sight);

}  // namespace detail
}  // namespace vitals::inline v1
