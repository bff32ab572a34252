#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace vitals::inline v1 {
namespace detail {

/// How many runs there are. Liveness checks (queue 0) never queue behind others (queue 1), so that only they count
/// against their limit.
struct RunCounts {
  /// Runs within their timeout; liveness checks may run beside as many others.
  static constexpr std::size_t max_in_time = 32;
  static constexpr std::size_t max_threads = 256;
  static constexpr std::size_t max_stops = 16;  ///< Stop requests at a time: their callbacks may hang, too.
  /// Of the threads, for all but liveness checks: the rest is for these, for stop requests, the timer and the lanes.
  static constexpr std::size_t max_others = max_threads - max_in_time - max_stops - 4;

  std::array<std::size_t, 2> ready = {};    ///< Runs that wait for a worker.
  std::array<std::size_t, 2> in_time = {};  ///< Runs on workers within their timeout,
  std::array<std::size_t, 2> in_call = {};  ///< and workers in a call, in time or not.

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

/// The workers of one Runner's time, and what follows from how many there are and what there is to do: arithmetic.
struct CrewCounts {
  std::size_t threads = 0;          ///< Of all kinds.
  std::size_t idle = 0;             ///< Workers that wait for work.
  std::size_t called = 0;           ///< Workers that are hired or woken, and haven't looked for work yet;
  std::size_t woken = 0;            ///< of these, idle ones that haven't noticed yet.
  std::size_t stops = 0;            ///< Stop requests that wait for a worker,
  std::size_t stops_under_way = 0;  ///< and those that one makes.
  bool stopping = false;            ///< Only stop requests are work.

  // What becomes of a thread of any kind,
  void joins() noexcept { ++threads; }
  void goes() noexcept { --threads; }
  // of a worker that was called,
  void refused() noexcept { --called, --threads; }  ///< There is no thread for it.
  void comes() noexcept { --called; }
  [[nodiscard]] bool notices() noexcept { return woken > 0 && woken-- > 0; }
  // of one that finds no work,
  void rests() noexcept { ++idle; }
  void gives_up() noexcept { --idle, --threads; }  ///< It has rested for long enough.
  // and of a stop request.
  void ask_stop() noexcept { ++stops; }
  void begin_stop() noexcept { --stops, ++stops_under_way; }
  void end_stop() noexcept { --stops_under_way; }
  void drop_stops() noexcept { stops = 0; }

  /// No worker is idle, and none is on its way.
  [[nodiscard]] bool deserted() const noexcept { return idle + called == 0; }
  [[nodiscard]] std::size_t runnable_stops() const noexcept {
    return std::min(stops, RunCounts::max_stops - stops_under_way);
  }
  [[nodiscard]] std::size_t wanted(const RunCounts& runs) const noexcept {
    return runnable_stops() + (stopping ? 0 : runs.runnable(0) + runs.runnable(1));
  }

  struct Calls {
    std::size_t wake = 0;   ///< 1: an idle worker is to be woken;
    std::size_t spawn = 0;  ///< 1: one is to be hired.
  };
  /// Calls a worker, if there is work and nobody who has been called is still to come; it counts as called from now on.
  /// Whoever comes calls the next: where runs are short, one worker does them all.
  /// @param may_hire  No thread has been refused just now.
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
  /// What waits in that queue has no worker to come: none is within its timeout, and none is free or has been called.
  [[nodiscard]] bool stuck(const RunCounts& runs, std::size_t queue) const noexcept {
    return runs.in_time_for(queue) == 0 && (runs.free_threads(queue) == 0 || deserted());
  }
  /// There is work, and nobody who will do it.
  [[nodiscard]] bool unstaffed(const RunCounts& runs) const noexcept { return deserted() && wanted(runs) > 0; }
};

}  // namespace detail
}  // namespace vitals::inline v1
