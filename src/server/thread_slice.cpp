#include "server/thread_slice.hpp"

#ifdef __linux__
#include <cstdint>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace vitals::inline v1 {
namespace detail {

#if defined(__linux__) && defined(SYS_sched_setattr)

namespace {

/// The argument of sched_getattr(2) and sched_setattr(2), in its first published size. Older C libraries don't have it.
/// The layout is that of <linux/sched/types.h>, which can't be included together with <sched.h>.
struct SchedulingAttributes {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime;  ///< In nanoseconds; with SCHED_OTHER the time slice.
  std::uint64_t deadline;
  std::uint64_t period;
};
static_assert(sizeof(SchedulingAttributes) == 48);

constexpr std::uint64_t short_slice = 100'000;  // the kernel's minimum

}  // namespace

void ask_for_short_slice() noexcept {
  // All other attributes, such as the nice value, stay as they are.
  SchedulingAttributes attributes = {};
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0 || attributes.policy != SCHED_OTHER) return;
  attributes.runtime = short_slice;
  // Older kernels accept it without effect.
  syscall(SYS_sched_setattr, 0, &attributes, 0);
}

#else

void ask_for_short_slice() noexcept {}

#endif

}  // namespace detail
}  // namespace vitals::inline v1
