#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "core/alarm.hpp"
#include "core/registry_state.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Work that goes one after another on a thread of its own, so that none can hold up the others.
enum class Lane { events, answers, log };

/// The threads of a registry: a timer, workers on demand, and a thread a lane. Lives from the first Runner to the last.
///
/// Everything is guarded by the registry's lock, which is held on entry to every member unless it says otherwise.
/// Threads own the registry's state and this, and go when they have nothing to do for a while. After stop() they are
/// joined, so that none is still on its way out when the process ends; one that is stuck in user code is left behind.
///
/// Somebody always sleeps until the next booking, and never in user code: an idle worker, which then does what is due
/// itself, or else the timer. They change places without waking each other.
class Scheduler : public std::enable_shared_from_this<Scheduler> {
 public:
  /// Runs within their timeout; liveness checks may run beside as many others.
  static constexpr std::size_t max_in_time = 32;
  static constexpr std::size_t max_threads = 256;
  static constexpr std::size_t max_stop_requests = 16;  ///< At a time: their callbacks may hang, too.
  /// Of the threads, for all but liveness checks: the rest is for these, for stop requests, the timer and the lanes.
  static constexpr std::size_t max_others = max_threads - max_in_time - max_stop_requests - 4;

  explicit Scheduler(RegistryState& state) : state_{state} {}
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  ~Scheduler();

  /// Creates the timer thread if anything is booked. @throws std::system_error
  void start();
  /// Threads end as soon as they are out of user code.
  void stop();
  /// After stop(): waits until no thread is left, or until `deadline`, and joins them. Called without the lock.
  bool await_end(std::chrono::steady_clock::time_point deadline);

  /// Sees to it that what is ready gets a worker, that somebody looks at the timetable, and that lanes are served.
  void attend();
  /// Hires workers for what is ready.
  void staff();
  /// Whether the timer is late by more than 1 s: then the process stood still, since at the earliest so long ago. A gap
  /// is told once.
  [[nodiscard]] std::optional<Duration> take_gap() noexcept;
  /// Without a timer thread nobody ends a wait when its budget is spent.
  [[nodiscard]] bool timer_runs() const noexcept { return timer_runs_; }
  /// What waits in that queue has no worker to come: none is within its timeout, and none is free or has been called.
  /// To be asked after staff().
  [[nodiscard]] bool stuck(std::size_t queue) const noexcept;

  void post(Lane lane, std::function<void()> task);
  /// After stop(): the tasks for which no thread could be had.
  [[nodiscard]] std::vector<std::function<void()>> unserved();
  /// Has a worker request the stop: its callbacks are user code.
  void post_stop(std::stop_source stop);

 private:
  struct Serial {
    std::deque<std::function<void()>> tasks = {};
    bool served = false;
    std::condition_variable posted = {};
  };

  static constexpr std::chrono::seconds linger{10};  // how long a thread without work stays
  static constexpr std::chrono::hours longest_sleep{1};

  bool spawn(void (Scheduler::*work)());
  void end_thread();
  void serve(Lane lane);
  void run_timer();
  void wake_timer_at(std::chrono::steady_clock::time_point moment) noexcept;
  void expect_timer_at(std::chrono::steady_clock::time_point moment) noexcept;
  void expect_no_timer() noexcept;
  void end_timer() noexcept;
  void look_at_timetable();
  void look_at_timetable(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool has_gap() const noexcept;
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> next_look() const;
  void run_worker();
  [[nodiscard]] bool await_work(std::chrono::steady_clock::time_point end);
  [[nodiscard]] bool watch(std::unique_lock<std::mutex>& lock, std::chrono::steady_clock::time_point look);
  void end_watch();
  [[nodiscard]] std::shared_ptr<Entry> take_ready();
  [[nodiscard]] std::size_t runnable() const noexcept;
  [[nodiscard]] std::size_t runnable(std::size_t queue) const noexcept;
  [[nodiscard]] std::size_t runnable_stops() const noexcept;
  [[nodiscard]] std::size_t in_time(std::size_t queue) const noexcept;
  [[nodiscard]] std::size_t free_threads(std::size_t queue) const noexcept;
  template <Lane lane>
  void run_lane();

  RegistryState& state_;
  bool stopping_ = false;
  bool timer_runs_ = false;
  bool events_posted_ = false;
  std::size_t threads_ = 0;
  std::vector<std::thread> handles_;  // of the threads that run, and after stop() also of those that have ended
  std::size_t idle_ = 0;              // workers that wait for work
  std::size_t called_ = 0;            // workers that have been hired or woken for work and haven't looked for it yet
  std::size_t wakes_ = 0;             // of these, the ones that haven't noticed yet
  std::deque<std::stop_source> stops_;
  std::size_t stops_under_way_ = 0;
  std::array<Serial, 3> lanes_;
  std::optional<Alarm> alarm_;  // which the timer waits for, while it runs
  std::condition_variable work_came_;
  std::condition_variable watcher_called_;
  std::condition_variable thread_ended_;
  std::chrono::steady_clock::time_point timer_slept_ = {};  // when the timer was last seen awake
  std::chrono::steady_clock::time_point timer_wake_ = {};   // when it wants to be awake again
  bool watching_ = false;                                   // an idle worker will be awake then, in its stead
};

}  // namespace detail
}  // namespace vitals::inline v1
