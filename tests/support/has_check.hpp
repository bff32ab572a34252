#pragma once

#include <string_view>

#include <vitals/registry.hpp>

namespace vitals_test {

/// Whether the probe has a check of that name.
[[nodiscard]] inline bool has_check(const vitals::HealthRegistry& health, vitals::Probe probe, std::string_view name) {
  const auto report = health.report(probe);
  return report.find(name) != nullptr;
}

}  // namespace vitals_test
