#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#elif defined(Status)
#error "vitals: Status is a macro here, as X11 defines it: write #undef Status between its headers and those of vitals"
#else

#include <iosfwd>
#include <string_view>

#include <vitals/export.hpp>

namespace vitals::inline v1 {

/// How healthy something is, from best to worst. Over HTTP pass and warn are 200, fail is 503.
///
/// X11's headers have `#define Status int`. A file that needs both includes X11, then writes `#undef Status`, then
/// includes vitals.
enum class Status { pass, warn, fail };

/// The question that a check helps to answer; a check belongs to exactly one.
///
/// - liveness: must this process be restarted? Never about another system.
/// - readiness: should this instance receive traffic now?
/// - startup: has this instance finished starting? Once it has, it isn't asked again.
///
/// The words are those of Kubernetes:
/// https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
enum class Probe { liveness, readiness, startup };

/// The worse of the two: fail before warn before pass.
[[nodiscard]] constexpr Status worse(Status a, Status b) noexcept { return a < b ? b : a; }

/// "pass", "warn" or "fail".
[[nodiscard]] constexpr std::string_view to_string(Status status) noexcept {
  switch (status) {
    case Status::pass: return "pass";
    case Status::warn: return "warn";
    case Status::fail: return "fail";
  }
  return "fail";
}

/// "liveness", "readiness" or "startup".
[[nodiscard]] constexpr std::string_view to_string(Probe probe) noexcept {
  switch (probe) {
    case Probe::liveness: return "liveness";
    case Probe::readiness: return "readiness";
    case Probe::startup: return "startup";
  }
  return "unknown";
}

VITALS_EXPORT std::ostream& operator<<(std::ostream& out, Status status);
VITALS_EXPORT std::ostream& operator<<(std::ostream& out, Probe probe);

}  // namespace vitals::inline v1

#endif
