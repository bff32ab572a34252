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

/// While it lives, its Heartbeat counts as alive without beating; its end is a beat. For a loop that waits for work, or
/// for another system in a call that has a bound of its own: a loop that never returns from it isn't noticed.
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

/// A loop's sign of life, and a check of it: silent for longer than the limit is failed.
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
/// Each blocking call of the loop is shorter than the limit, or made while idle() and bounded by itself. A loop that
/// beats only after a call to a database otherwise ties liveness to it: when it hangs, all replicas are restarted.
///
/// The limit counts from the last beat, the registration or the startup latch, whichever is latest. Copies share the
/// one heartbeat; when the application's copies are all gone it has failed.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT Heartbeat {
 public:
  /// @param limit  Longest silence that isn't a failure, 1 ms to 24 h. By the system's clock a failure may come late by
  ///               eight ticks of the kernel (at 250 a second, 32 ms). It doesn't come early, unless the machine itself
  ///               is stopped for longer than that.
  /// @throws std::invalid_argument  if the limit is out of range.
  explicit Heartbeat(Duration limit);

  /// Says that the loop is alive. Wait-free.
  void beat() const noexcept;

  /// Says that the loop waits for work, or for another system, and needn't beat until the returned guard ends.
  HeartbeatIdle idle() const noexcept;

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
