#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/model/health_model.hpp"

namespace vitals::inline v1 {
namespace detail {

// What a model amounts to, once it has settled.

[[nodiscard]] std::string reason_of(const HealthModel& model, Probe probe, const ProbeVerdict& verdict);
[[nodiscard]] Report report_of(const HealthModel& model, Probe probe, const Moment& now);
/// Of one check; nothing if there is none of that name.
[[nodiscard]] std::optional<CheckSnapshot> report_of(const HealthModel& model, std::string_view name,
                                                     const Moment& now);
/// Until when a probe's answer holds, if nothing happens.
[[nodiscard]] SteadyTime valid_until(const HealthModel& model, Probe probe, SteadyTime now) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
