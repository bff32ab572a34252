#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <optional>
#include <string>

#include <vitals/check_result.hpp>
#include <vitals/export.hpp>
#include <vitals/units.hpp>

namespace vitals::inline v1 {
namespace checks {

struct MemoryOptions {
  /// Warns or fails from this share of the limit on. None: never.
  std::optional<Percent> warn_at = Percent{85};
  std::optional<Percent> fail_at = Percent{95};
  /// Where /proc and /sys are: for tests.
  std::string root = "/";
};

/// The working set of this process's cgroup, as the kubelet counts it before it evicts, against the lowest limit of that
/// cgroup and those above it: usage without inactive file pages. Versions 1 and 2 of cgroups. Without a limit: what is
/// in use of the machine's memory. Linux. It can't see what others use of a limit above its own cgroup, nor, in
/// version 2, limits above what a container shows.
///
/// @code
/// #include <vitals/checks/memory.hpp>   // link vitals::checks
/// health.add_readiness_check("memory", vitals::checks::Memory{{.fail_at = std::nullopt}});
/// @endcode
///
/// Data: `working_set` and `limit` in bytes; `stalled`, the share of the last 10 s in which some task waited for memory
/// (https://docs.kernel.org/accounting/psi.html), if the kernel reports it.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT Memory {
 public:
  /// @throws std::invalid_argument  if `warn_at` exceeds `fail_at`.
  explicit Memory(MemoryOptions options = {});

  CheckResult operator()() const;

 private:
  MemoryOptions options_;
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
