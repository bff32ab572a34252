#pragma once

#include <ostream>

#include <vitals/registry.hpp>
#include <vitals/report.hpp>
#include <vitals/status.hpp>

namespace vitals_test {

/// The status codes of a service's three probes at one moment.
struct ProbeCodes {
  int startup = 0;
  int liveness = 0;
  int readiness = 0;

  friend bool operator==(const ProbeCodes& a, const ProbeCodes& b) noexcept = default;
};

inline std::ostream& operator<<(std::ostream& out, const ProbeCodes& codes) {
  return out << "startup " << codes.startup << ", liveness " << codes.liveness << ", readiness " << codes.readiness;
}

inline constexpr ProbeCodes starting_codes{.startup = 503, .liveness = 200, .readiness = 503};
inline constexpr ProbeCodes serving_codes{.startup = 200, .liveness = 200, .readiness = 200};

/// From known results; runs no check.
inline ProbeCodes probe_codes(const vitals::HealthRegistry& health) {
  const auto code = [&](vitals::Probe probe) {
    return health.report(probe).status() == vitals::Status::fail ? 503 : 200;
  };
  return {code(vitals::Probe::startup), code(vitals::Probe::liveness), code(vitals::Probe::readiness)};
}

}  // namespace vitals_test
