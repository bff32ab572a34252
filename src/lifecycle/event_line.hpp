#pragma once

#include <string>

#include <vitals/lifecycle.hpp>

namespace vitals::inline v1 {
namespace detail {

/// The log line of an event, as in
/// `2026-03-01T12:00:00.000Z vitals: lifecycle: serving -> draining after 3 h 12 min (SIGTERM), 2 in flight`.
[[nodiscard]] std::string line_of(const LifecycleEvent& event);

}  // namespace detail
}  // namespace vitals::inline v1
