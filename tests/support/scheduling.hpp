#pragma once

#ifdef __linux__

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace vitals_test {

/// The scheduling attributes of a thread that sched_getattr(2) returns, by the offsets of its structure.
class Scheduling {
 public:
  /// @param thread  0 is the calling thread.
  explicit Scheduling(pid_t thread = 0) { syscall(SYS_sched_getattr, thread, bytes_.data(), bytes_.size(), 0); }

  [[nodiscard]] std::uint32_t policy() const { return at<std::uint32_t>(4); }
  [[nodiscard]] std::uint64_t flags() const { return at<std::uint64_t>(8); }
  [[nodiscard]] std::int32_t nice() const { return at<std::int32_t>(16); }
  [[nodiscard]] std::uint64_t slice() const { return at<std::uint64_t>(24); }

 private:
  template <class T>
  [[nodiscard]] T at(std::size_t offset) const {
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }

  std::array<char, 48> bytes_ = {};
};

}  // namespace vitals_test

#endif
