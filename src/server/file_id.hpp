#pragma once

#include <sys/stat.h>
#include <sys/types.h>

namespace vitals::inline v1 {
namespace detail {

/// Identifies a file, whatever its path. No other file has the same id while this one is open or bound.
struct FileId {
  dev_t device = 0;
  ino_t inode = 0;

  FileId() noexcept = default;
  explicit FileId(const struct stat& state) noexcept : device{state.st_dev}, inode{state.st_ino} {}
  friend bool operator==(const FileId&, const FileId&) noexcept = default;
};

}  // namespace detail
}  // namespace vitals::inline v1
