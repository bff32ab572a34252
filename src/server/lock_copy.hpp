#pragma once

#include "server/file_id.hpp"

namespace vitals::inline v1 {
namespace detail {

/// An open lock file. A child of fork() recognises its copy by the id.
struct LockCopy {
  int fd = -1;
  FileId id = {};

  /// For the child. Does nothing if the child has closed its copy and the number now belongs to another file.
  void close() const noexcept;
};

}  // namespace detail
}  // namespace vitals::inline v1
