#pragma once

#include <cstdint>
#include <string>

namespace vitals::inline v1 {
namespace detail {

/// The number by which the kernel knows the calling thread. 0 on systems other than Linux.
[[nodiscard]] std::uint64_t this_thread_number() noexcept;

struct ThreadFile {
  std::string text = {};  ///< At most 1 KiB. Empty if the file can't be read.
  bool gone = false;      ///< This process has no such thread.
};

/// Reads /proc/self/task/`thread`/`name`, see proc(5).
[[nodiscard]] ThreadFile read_thread_file(std::uint64_t thread, const char* name);

}  // namespace detail
}  // namespace vitals::inline v1
