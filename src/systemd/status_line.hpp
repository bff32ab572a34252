#pragma once

#include <string>

#include "core/model/health_model.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A settled model in one line of at most 1 KiB: "not ready: database: connection refused".
[[nodiscard]] std::string status_line(const HealthModel& model, SteadyTime now);

}  // namespace detail
}  // namespace vitals::inline v1
