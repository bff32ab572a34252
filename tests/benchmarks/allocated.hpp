#pragma once

#include <cstdint>

namespace vitals_test {

/// The bytes that this process has allocated and not freed, including the allocator's overhead.
std::int64_t allocated_bytes() noexcept;

}  // namespace vitals_test
