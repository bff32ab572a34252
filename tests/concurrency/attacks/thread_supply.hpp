#pragma once

namespace vitals_test {

/// After `count` more threads, creating one fails with EAGAIN in the whole process.
void limit_new_threads(int count) noexcept;
/// Threads can be created again.
void unlimit_new_threads() noexcept;

}  // namespace vitals_test
