#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <optional>

#include <vitals/check_result.hpp>
#include <vitals/export.hpp>
#include <vitals/units.hpp>

namespace vitals::inline v1 {
namespace checks {

struct DescriptorsOptions {
  /// Warns or fails from this share of RLIMIT_NOFILE on. None: never.
  std::optional<Percent> warn_at = Percent{80};
  std::optional<Percent> fail_at = Percent{95};
};

/// How many file descriptors this process has open, against its limit. Linux.
///
/// @code
/// #include <vitals/checks/descriptors.hpp>   // link vitals::checks
/// health.add_readiness_check("descriptors", vitals::checks::Descriptors{});
/// @endcode
///
/// Data: `open` and `limit`. A leak that a restart would cure is a reason for a liveness check; but then all replicas
/// that leak alike restart alike. It reads /proc/self/fd through one descriptor; if none is free, it fails.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT Descriptors {
 public:
  /// @throws std::invalid_argument  if `warn_at` exceeds `fail_at`.
  explicit Descriptors(DescriptorsOptions options = {});

  CheckResult operator()() const;

 private:
  DescriptorsOptions options_;
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
