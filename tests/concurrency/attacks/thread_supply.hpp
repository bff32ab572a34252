#pragma once

namespace vitals_test {

/// After that many more threads the creation of one fails with EAGAIN, in all of this process.
void limit_new_threads(int count) noexcept;
/// Threads can be created again.
void unlimit_new_threads() noexcept;

}  // namespace vitals_test
