#pragma once

#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

/// Asks the kernel to run the calling thread in short turns, 0.1 ms: on a processor that others keep busy it then waits
/// less for its turn, and gets no more of the processor than before.
///
/// Needs no privilege. For threads of the ordinary policy on Linux 6.12 and newer, whose scheduler (EEVDF) gives the
/// turn to who asks for the shortest one; without effect elsewhere.
VITALS_EXPORT void ask_for_short_slice() noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
