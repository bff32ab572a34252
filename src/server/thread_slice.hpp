#pragma once

#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

/// Asks the kernel for a short time slice (0.1 ms) for the calling thread. On a busy processor the thread then waits
/// less before it runs; its share of processor time doesn't change.
///
/// Needs no privilege. Works for SCHED_OTHER threads on Linux 6.12 and newer, whose scheduler (EEVDF) prefers threads
/// with short slices. No effect elsewhere.
VITALS_EXPORT void ask_for_short_slice() noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
