#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <functional>
#include <memory>
#include <string_view>

#include <vitals/export.hpp>

namespace vitals::inline v1 {

class HealthRegistry;

namespace detail {
class SchedulerLease;
}

/// Called with one line of text, without a line feed, for trouble that can't be thrown. Must not throw, nor end its
/// thread.
using LogFunction = std::function<void(std::string_view line)>;

struct RunnerOptions {
  /// Takes trouble, such as a check that had to be abandoned; empty: a line on standard error.
  LogFunction log = {};
};

/// Runs a registry's checks when they are due, and delivers its events.
///
/// Needed only where no HealthServer runs, as with an Endpoint that is mounted on another server:
/// @code
/// vitals::Runner runner{health};
/// vitals::Endpoint endpoint{health};
/// @endcode
///
/// All Runners and servers of a registry share one scheduler, which is there while any of them is: one timer thread,
/// and worker threads on demand (at most 32 runs within their timeout at a time, for which liveness checks never queue
/// behind others, and at most 256 threads in total). While there are only heartbeats and flags and no listener, there
/// is no thread.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
/// @par Lifetime       The last one to end requests stop of the runs under way and waits at most 1 s for them. A check
///                     that takes longer is abandoned and logged, and what it refers to must then outlive it.
class VITALS_EXPORT Runner {
 public:
  /// @throws std::system_error  if the timer thread can't be created.
  explicit Runner(HealthRegistry& registry, RunnerOptions options = {});
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner();

 private:
  std::shared_ptr<detail::SchedulerLease> lease_;
};

}  // namespace vitals::inline v1

#endif
