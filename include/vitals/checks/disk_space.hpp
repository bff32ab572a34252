#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <optional>
#include <string>

#include <vitals/check_result.hpp>
#include <vitals/export.hpp>
#include <vitals/text.hpp>
#include <vitals/units.hpp>

namespace vitals::inline v1 {
namespace checks {

struct DiskSpaceOptions {
  /// Warns or fails below this much available space. A share is one of the space that users can have in total. None:
  /// never.
  std::optional<Amount> warn_below = Percent{10};
  std::optional<Amount> fail_below = Percent{2};
};

/// Whether the file system of a path has room: the bytes that are available to users other than root, as df(1) shows.
///
/// @code
/// #include <vitals/checks/disk_space.hpp>   // link vitals::checks
/// health.add_readiness_check("disk", vitals::checks::DiskSpace{"/data", {.warn_below = 10_GiB}});
/// @endcode
///
/// Fails if there is no such path, if its file system is mounted read-only, or has no free inode. Data: `available`
/// and `size` in bytes, `available_inodes`. It can't see quotas, nor whether this process may write there.
///
/// One statvfs(3): a file system that hangs, as network ones can, makes the run overdue.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT DiskSpace {
 public:
  /// @throws std::invalid_argument  if the path is empty, a share is above 100 %, or `fail_below`
  ///                                exceeds a `warn_below` of the same kind.
  explicit DiskSpace(Text path, DiskSpaceOptions options = {});

  CheckResult operator()() const;

 private:
  std::string path_;
  DiskSpaceOptions options_;
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
