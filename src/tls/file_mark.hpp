#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <sys/stat.h>

namespace vitals::inline v1 {
namespace detail {

/// What changes when a file is replaced or written: device, inode, size, times of its content and of its inode.
using FileMark = std::array<std::int64_t, 7>;

/// Zeros if there is no such file. Symbolic links are followed.
inline FileMark mark_of(const std::string& path) noexcept {
  struct stat file = {};
  if (path.empty() || ::stat(path.c_str(), &file) != 0) return {};
  return {static_cast<std::int64_t>(file.st_dev),
          static_cast<std::int64_t>(file.st_ino),
          file.st_size,
          file.st_mtim.tv_sec,
          file.st_mtim.tv_nsec,
          file.st_ctim.tv_sec,
          file.st_ctim.tv_nsec};
}

}  // namespace detail
}  // namespace vitals::inline v1
