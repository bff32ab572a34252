#pragma once

#include "server/file_id.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A lock file that is open, as a child of fork() recognises its copy.
struct LockCopy {
  int fd = -1;
  FileId id = {};

  /// For the child, which may have closed it, and have something else under its number.
  void close() const noexcept;
};

}  // namespace detail
}  // namespace vitals::inline v1
