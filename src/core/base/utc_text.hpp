#pragma once

#include <string>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

/// "2026-03-01T12:00:00.000Z": ISO 8601, UTC, milliseconds rounded down.
[[nodiscard]] std::string utc_text(WallTime time);

}  // namespace detail
}  // namespace vitals::inline v1
