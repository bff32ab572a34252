#pragma once

#include <fcntl.h>
#include <filesystem>
#include <set>
#include <string>

namespace vitals_test {

/// The descriptors that this process has open.
inline std::set<int> open_descriptors() {
  std::set<int> descriptors;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
    const int fd = std::stoi(entry.path().filename().string());
    std::error_code gone;  // the one of the listing itself
    if (std::filesystem::exists(std::filesystem::symlink_status(entry.path(), gone))) descriptors.insert(fd);
  }
  std::erase_if(descriptors, [](int fd) { return fcntl(fd, F_GETFD) < 0; });
  return descriptors;
}

inline bool is_close_on_exec(int fd) { return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0; }

}  // namespace vitals_test
