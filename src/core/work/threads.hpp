#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <thread>

#include "core/base/mutex.hpp"
#include "core/work/call.hpp"
#include "core/work/entry.hpp"
#include "core/work/work_counts.hpp"

namespace vitals::inline v1 {
namespace detail {

struct RegistryState;
class Transaction;

/// Work that is done one piece at a time, on one thread per lane, so that no lane can hold up the others.
enum class Lane { events, answers, log };
inline constexpr std::array all_lanes{Lane::events, Lane::answers, Lane::log};
[[nodiscard]] constexpr std::size_t index_of(Lane lane) noexcept { return static_cast<std::size_t>(lane); }

/// The threads of a registry from its first Runner to its last: a timer, workers on demand, and one thread per lane.
///
/// The registry's mutex guards the public data; the functions are called without it. Each thread owns the registry's
/// state and this object, and ends after some time without work. After stopping the threads are joined, so that none is
/// still on its way out when the process ends; one that is stuck in user code is left behind.
class Threads : public std::enable_shared_from_this<Threads> {
 public:
  using SystemTime = std::chrono::steady_clock::time_point;

  explicit Threads(RegistryState& state) : state_{state} {}
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads();

  CrewCounts crew;
  /// Stop requests that wait for a worker, linked by next_stop.
  std::shared_ptr<Run> stops = nullptr;
  Tasks jobs = {};  ///< Those that wait for a worker.
  struct Serial {
    Tasks tasks = {};  ///< Without the events: they wait in the EventQueue.
    bool served = false;
  };
  std::array<Serial, all_lanes.size()> lanes;
  bool timer_runs = false;
  bool timer_failed = false;   ///< It couldn't be created.
  SystemTime timer_wake = {};  ///< When it must wake up,
  SystemTime rest_until = {};  ///< but no sooner than this: what falls due meanwhile is done together.

  struct Calls {
    std::size_t wake = 0;   ///< Idle workers.
    std::size_t spawn = 0;  ///< New workers.
    std::array<bool, all_lanes.size()> wake_lane = {};
    std::array<bool, all_lanes.size()> spawn_lane = {};
    bool wake_timer = false;
    bool spawn_timer = false;
    bool wake_all = false;
  };
  void make(const Calls& calls) noexcept;
  /// After crew.stopping: waits until no thread is left, or until `deadline`, and joins them.
  bool await_end(SystemTime deadline);

 private:
  enum class Kind { timer, worker, events, answers, log };

  /// How long a thread without work stays.
  static constexpr std::chrono::seconds linger{10};

  void spawn(Kind kind) noexcept;
  [[nodiscard]] bool created(Kind kind) noexcept;
  void spawn_failed(Kind kind) noexcept;
  void run(Kind kind);
  void leave() noexcept;
  void run_timer();
  void run_worker();
  /// What a worker does next: at most one of these.
  struct Work {
    std::optional<Call> call = std::nullopt;
    std::shared_ptr<Run> stop = nullptr;
    Tasks job = {};

    [[nodiscard]] bool any() const noexcept { return call || stop || !job.empty(); }
  };
  /// Reports what has been done, and takes the next work, in one transaction.
  [[nodiscard]] Work next_work(Work done, bool called);
  void take_work(Work& work, Transaction& transaction);
  void do_work(Work& work);
  /// After user code has ended the thread of a worker.
  void leave_after(Work& work);
  [[nodiscard]] bool await_work(SystemTime end);
  void run_lane(Lane lane);
  [[nodiscard]] bool has_work(Lane lane) const;
  void serve_one(Lane lane, Lock& lock);

  RegistryState& state_;
  WaitCondition timer_called_;
  WaitCondition work_came_;
  std::array<WaitCondition, all_lanes.size()> posted_;

  Mutex handles_mutex_;
  std::list<std::thread> handles_ VITALS_GUARDED_BY(handles_mutex_);  // of threads that run or must be joined
  std::size_t alive_ VITALS_GUARDED_BY(handles_mutex_) = 0;
  bool joins_ VITALS_GUARDED_BY(handles_mutex_) = false;
  WaitCondition ended_;
};

}  // namespace detail
}  // namespace vitals::inline v1
