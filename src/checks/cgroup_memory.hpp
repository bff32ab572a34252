#pragma once

#include <optional>
#include <string>

#include <vitals/units.hpp>

namespace vitals::inline v1 {
namespace detail {

struct MemoryUse {
  Bytes working_set = {};
  Bytes limit = {};
  bool of_machine = false;             ///< There is no lower limit than the machine's memory.
  std::optional<double> stalled = {};  ///< Percent of the last 10 s in which some task waited for memory.
};

/// Reads /proc and /sys below `root`. Nothing if it can't be read.
[[nodiscard]] std::optional<MemoryUse> memory_use(const std::string& root);

}  // namespace detail
}  // namespace vitals::inline v1
