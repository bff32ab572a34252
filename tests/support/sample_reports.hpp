#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <vitals/report.hpp>

namespace vitals::inline v1::test {

/// 2026-03-01T12:00:00.250Z.
inline constexpr WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{12} +
                               std::chrono::milliseconds{250}};

/// A critical check that was run at noon.
inline CheckReport checked(std::string name, Status status, std::string message = {}) {
  CheckReport check;
  check.name = std::move(name);
  check.status = status;
  check.condition = Condition::fresh;
  check.message = std::move(message);
  check.checked_at = noon;
  return check;
}

inline CheckReport not_critical(CheckReport check) {
  check.critical = false;
  return check;
}

inline Report report_of(Probe probe, Status status, std::vector<CheckReport> checks, std::string reason = {},
                        bool reason_by_library = false) {
  for (auto& check : checks) check.probe = probe;
  return Report{{.probe = probe,
                 .status = status,
                 .reason = std::move(reason),
                 .time = noon,
                 .checks = std::move(checks),
                 .reason_by_library = reason_by_library}};
}

}  // namespace vitals::inline v1::test
