#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <memory>

#include <vitals/clock.hpp>
#include <vitals/export.hpp>

namespace vitals::inline v1 {

namespace detail {
class HeartbeatSource;
class InstantSource;
}  // namespace detail

/// While it exists, its Heartbeat counts as alive without beating; its destructor beats. For a loop that waits for
/// work, or for another system in a call with a timeout: a loop that never returns from the call isn't noticed.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class [[nodiscard]] VITALS_EXPORT HeartbeatIdle {
 public:
  HeartbeatIdle(HeartbeatIdle&& other) noexcept;
  HeartbeatIdle& operator=(HeartbeatIdle&& other) noexcept;
  ~HeartbeatIdle();

 private:
  friend class Heartbeat;
  explicit HeartbeatIdle(std::shared_ptr<detail::HeartbeatSource> source) noexcept;
  void end() noexcept;

  std::shared_ptr<detail::HeartbeatSource> source_;
};

/// Proves that a loop is alive, and is a check: it fails if the loop doesn't beat within the limit.
///
/// @code
/// vitals::Heartbeat beat{5s};
/// health.add_liveness_check("feed-loop", beat);
/// while (auto message = [&] { auto idle = beat.idle(); return queue.wait(); }()) {
///   handle(*message);
///   beat.beat();
/// }
/// @endcode
///
/// Make each blocking call shorter than the limit, or make it inside idle() and give it a timeout. A loop that beats
/// only after a database call ties liveness to the database: if that hangs, all replicas are restarted.
///
/// The limit counts from the last beat, the registration or the end of startup, whichever is latest. Copies share one
/// heartbeat. Once the application's last copy is destroyed, it counts as silent.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT Heartbeat {
 public:
  /// @param limit  Longest time without a beat, 1 ms to 24 h. A failure may come up to eight kernel ticks late (32 ms
  ///               at 250 Hz). Never early, unless the whole machine pauses for longer.
  /// @throws std::invalid_argument  if the limit is out of range.
  explicit Heartbeat(Duration limit);

  /// Reports that the loop is alive. Wait-free.
  void beat() const noexcept;

  /// The loop needn't beat until the returned guard is destroyed.
  /// @code
  /// { auto idle = beat.idle(); queue.wait(); }
  /// @endcode
  HeartbeatIdle idle() const noexcept;

  /// A failure then says where the calling thread is: spinning, blocked (and in which system call), starved of CPU
  /// time, stopped or ended, and what CPU time it used in its last seconds. Call it where the loop starts; a later
  /// call binds to another thread.
  /// @code
  /// std::thread loop{[beat] {
  ///   beat.bind_to_this_thread();
  ///   while (work()) beat.beat();
  /// }};
  /// @endcode
  ///
  /// Linux only; elsewhere it does nothing. A beat costs the same as before. A Runner's timer, or
  /// HealthRegistry::run_due(), reads /proc/self/task/TID shortly before a silent heartbeat's limit ends and once in a
  /// while after it: no signals, no stacks. Callers who may not see details don't see the failure's message then.
  ///
  /// @throws std::bad_alloc
  /// @par Lifetime  The thread may end, also before the heartbeat does: a failure then says that it has ended.
  void bind_to_this_thread() const;

  [[nodiscard]] Duration limit() const noexcept;

 private:
  friend class HeartbeatGroup;
  friend std::shared_ptr<detail::InstantSource> instant_source(const Heartbeat& heartbeat) noexcept;
  explicit Heartbeat(std::shared_ptr<detail::HeartbeatSource> source) noexcept;

  std::shared_ptr<detail::HeartbeatSource> source_;
};

VITALS_EXPORT std::shared_ptr<detail::InstantSource> instant_source(const Heartbeat& heartbeat) noexcept;

}  // namespace vitals::inline v1

#endif
