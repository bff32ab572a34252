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

/// What sched_getattr(2) and sched_setattr(2) take, in its first published size; older C libraries have neither, and
/// <linux/sched/types.h>, which is where the layout is from, doesn't go together with <sched.h>.
struct SchedulingAttributes {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime;  ///< In nanoseconds; the length of a turn, if the policy is SCHED_OTHER.
  std::uint64_t deadline;
  std::uint64_t period;
};
static_assert(sizeof(SchedulingAttributes) == 48);

constexpr std::uint64_t short_slice = 100'000;  // the shortest that there is

}  // namespace

void ask_for_short_slice() noexcept {
  // All the rest, such as the nice value, stays what it is.
  SchedulingAttributes attributes = {};
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0 || attributes.policy != SCHED_OTHER) return;
  attributes.runtime = short_slice;
  // Older kernels take it and do nothing.
  syscall(SYS_sched_setattr, 0, &attributes, 0);
}

#else

void ask_for_short_slice() noexcept {}

#endif

}  // namespace detail
}  // namespace vitals::inline v1
