#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/model/health_model.hpp"

namespace vitals::inline v1 {
namespace detail {

// Reports on a model that has settled.

[[nodiscard]] std::string reason_of(const HealthModel& model, Probe probe, const ProbeVerdict& verdict);
[[nodiscard]] Report report_of(const HealthModel& model, Probe probe, const Moment& now);
/// Of one check; nullopt if there is none of that name.
[[nodiscard]] std::optional<CheckSnapshot> report_of(const HealthModel& model, std::string_view name,
                                                     const Moment& now);
/// Until when a probe's answer holds if no event comes.
[[nodiscard]] SteadyTime valid_until(const HealthModel& model, Probe probe, SteadyTime now) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
