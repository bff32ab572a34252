#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <memory>

#include <vitals/clock.hpp>
#include <vitals/export.hpp>
#include <vitals/heartbeat.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

namespace detail {
class GroupSource;
class InstantSource;
}  // namespace detail

/// When a HeartbeatGroup fails.
enum class FailsWhen {
  any_silent,  ///< When one worker is silent: each has work that no other does.
  all_silent,  ///< When all workers are silent: they can replace each other.
};

struct HeartbeatGroupOptions {
  FailsWhen fails_when = FailsWhen::any_silent;
};

/// The heartbeats of several workers as one check.
///
/// @code
/// vitals::HeartbeatGroup workers{5s};
/// health.add_liveness_check("workers", workers);
/// for (int i = 0; i < 8; ++i)
///   pool.emplace_back([beat = workers.add("worker-" + std::to_string(i))] {
///     while (work()) beat.beat();
///   });
/// @endcode
///
/// A failure names the silent workers, and says where the thread of each is that called bind_to_this_thread(); the data
/// are the numbers `workers` and `silent`. A worker's limit counts from its last beat, its add(), the registration or
/// the end of startup, whichever is latest. A worker whose last Heartbeat copy is destroyed counts as silent, unless it
/// was removed. A group without workers fails after the limit.
///
/// Copies share one group. It stays in the registry when all copies are gone.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT HeartbeatGroup {
 public:
  /// @param limit  Longest time without a beat of a worker, 1 ms to 24 h; as exact as a Heartbeat's.
  /// @throws std::invalid_argument  if the limit is out of range.
  explicit HeartbeatGroup(Duration limit, HeartbeatGroupOptions options = {});

  /// Adds a worker.
  ///
  /// @param name  Its name in messages, cut to 1 KiB; empty: "worker 1" and so on.
  /// @returns The worker's own Heartbeat, with idle() too.
  Heartbeat add(Text name = {}) const;

  /// Removes a worker that ends in order. Does nothing if it isn't in the group.
  void remove(const Heartbeat& worker) const noexcept;

 private:
  friend std::shared_ptr<detail::InstantSource> instant_source(const HeartbeatGroup& group) noexcept;

  std::shared_ptr<detail::GroupSource> source_;
};

VITALS_EXPORT std::shared_ptr<detail::InstantSource> instant_source(const HeartbeatGroup& group) noexcept;

}  // namespace vitals::inline v1

#endif
