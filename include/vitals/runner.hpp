#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <memory>

#include <vitals/export.hpp>
#include <vitals/log.hpp>

namespace vitals::inline v1 {

class HealthRegistry;

namespace detail {
class SchedulerLease;
}

struct RunnerOptions {
  /// Receives trouble, such as a check that had to be abandoned; empty: standard error.
  LogFunction log = {};
};

/// Runs a registry's checks when they are due, and delivers its events.
///
/// Needed only without a server of this library, as with an Endpoint on your own server:
/// @code
/// vitals::Runner runner{health};
/// vitals::Endpoint endpoint{health};
/// @endcode
///
/// All Runners and servers of a registry share one set of threads: a timer, and workers on demand. At most 32 runs are
/// within their timeout at a time (liveness checks never queue behind others), and there are at most 256 threads. With
/// only heartbeats and pushed checks, and no listener, there is no thread.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
/// @par Lifetime       The last one requests stop of the runs under way and waits at most 1 s for them. A check that
///                     takes longer is abandoned and logged: what it captures must outlive it.
class VITALS_EXPORT Runner {
 public:
  /// @throws std::system_error  if the timer thread can't be created.
  [[nodiscard]] explicit Runner(HealthRegistry& registry,  // no match? Name it: RunnerOptions{...}
                                RunnerOptions options = {});
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner();

 private:
  std::shared_ptr<detail::SchedulerLease> lease_;
};

}  // namespace vitals::inline v1

#endif
