#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace vitals::inline v1 {
namespace detail {

/// How many runs there are. Liveness checks (queue 0) never queue behind others (queue 1): only liveness runs count
/// against their limit.
struct RunCounts {
  /// Runs within their timeout. Liveness checks may have as many again.
  static constexpr std::size_t max_in_time = 32;
  static constexpr std::size_t max_threads = 256;
  static constexpr std::size_t max_jobs = 32;   ///< Calls of routes in progress at a time: each may hang, too.
  static constexpr std::size_t max_stops = 16;  ///< Stop requests in progress at a time: their callbacks may hang, too.
  /// Threads for all but liveness checks. The rest is reserved for those, for stop requests, the timer and the lanes.
  static constexpr std::size_t max_others = max_threads - max_in_time - max_stops - 4;

  std::array<std::size_t, 2> ready = {};    ///< Runs that wait for a worker.
  std::array<std::size_t, 2> in_time = {};  ///< Runs on workers within their timeout.
  std::array<std::size_t, 2> in_call = {};  ///< Workers in a call, in time or not.

  [[nodiscard]] std::size_t in_time_for(std::size_t queue) const noexcept {
    return queue == 0 ? in_time[0] : in_time[0] + in_time[1];
  }
  [[nodiscard]] std::size_t free_threads(std::size_t queue) const noexcept {
    return queue == 0 ? max_threads : max_others - std::min(max_others, in_call[queue]);
  }
  [[nodiscard]] std::size_t runnable(std::size_t queue) const noexcept {
    const auto slots = max_in_time - std::min(max_in_time, in_time_for(queue));
    return std::min({ready[queue], slots, free_threads(queue)});
  }
};

/// How many threads there are, and what follows for calling another worker. Pure arithmetic.
struct CrewCounts {
  std::size_t threads = 0;          ///< Of all kinds.
  std::size_t idle = 0;             ///< Workers that wait for work.
  std::size_t called = 0;           ///< Workers that were created or woken and haven't looked for work yet,
  std::size_t woken = 0;            ///< and how many of these are yet to wake up.
  std::size_t stops = 0;            ///< Stop requests that wait for a worker,
  std::size_t stops_under_way = 0;  ///< and those in progress.
  std::size_t jobs = 0;             ///< Jobs that wait for a worker,
  std::size_t jobs_under_way = 0;   ///< and those in progress.
  bool stopping = false;            ///< Only stop requests are still made.

  // A thread of any kind
  void add_thread() noexcept { ++threads; }
  void drop_thread() noexcept { --threads; }
  // A called worker
  void refused() noexcept { --called, --threads; }  ///< It couldn't be created.
  void comes() noexcept { --called; }
  [[nodiscard]] bool notices() noexcept { return woken > 0 && woken-- > 0; }
  // A worker without work
  void rests() noexcept { ++idle; }
  void gives_up() noexcept { --idle, --threads; }  ///< It was idle for so long that it ends.
  // A stop request
  void ask_stop() noexcept { ++stops; }
  void begin_stop() noexcept { --stops, ++stops_under_way; }
  void end_stop() noexcept { --stops_under_way; }
  void drop_stops() noexcept { stops = 0; }
  // A job: a call of the application's code that is no check. It uses one of the threads for other checks.
  void ask_job() noexcept { ++jobs; }
  void begin_job(RunCounts& runs) noexcept { --jobs, ++jobs_under_way, ++runs.in_call[1]; }
  void end_job(RunCounts& runs) noexcept { --jobs_under_way, --runs.in_call[1]; }
  void drop_jobs() noexcept { jobs = 0; }

  /// No worker is idle, and none has been called.
  [[nodiscard]] bool deserted() const noexcept { return idle + called == 0; }
  [[nodiscard]] std::size_t runnable_stops() const noexcept {
    return std::min(stops, RunCounts::max_stops - stops_under_way);
  }
  [[nodiscard]] std::size_t runnable_jobs(const RunCounts& runs) const noexcept {
    return std::min({jobs, RunCounts::max_jobs - jobs_under_way, runs.free_threads(1)});
  }
  [[nodiscard]] std::size_t wanted(const RunCounts& runs) const noexcept {
    return runnable_stops() + (stopping ? 0 : runs.runnable(0) + runs.runnable(1) + runnable_jobs(runs));
  }

  struct Calls {
    std::size_t wake = 0;   ///< 1: wake an idle worker.
    std::size_t spawn = 0;  ///< 1: create one.
  };
  /// Calls a worker if there is work and no other called worker is still to come. Each worker that comes calls the
  /// next: where runs are short, one worker does them all.
  /// @param may_hire  Whether a worker may be created.
  [[nodiscard]] Calls call(const RunCounts& runs, bool may_hire = true) noexcept {
    Calls calls;
    if (called > 0 || wanted(runs) == 0) return calls;
    if (idle > 0)
      calls.wake = 1;
    else if (may_hire && threads < RunCounts::max_threads)
      calls.spawn = 1;
    idle -= calls.wake;
    woken += calls.wake;
    threads += calls.spawn;
    called = calls.wake + calls.spawn;
    return calls;
  }
  /// No worker will take what waits in that queue: no run is within its timeout, and no worker is free or has been
  /// called.
  [[nodiscard]] bool stuck(const RunCounts& runs, std::size_t queue) const noexcept {
    return runs.in_time_for(queue) == 0 && (runs.free_threads(queue) == 0 || deserted());
  }
  /// There is work, and no worker to do it.
  [[nodiscard]] bool unstaffed(const RunCounts& runs) const noexcept { return deserted() && wanted(runs) > 0; }
};

}  // namespace detail
}  // namespace vitals::inline v1
