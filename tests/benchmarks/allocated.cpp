#include "benchmarks/allocated.hpp"

#include <malloc.h>

namespace vitals_test {

std::int64_t allocated_bytes() noexcept {
  const auto info = mallinfo2();
  return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
}

}  // namespace vitals_test
