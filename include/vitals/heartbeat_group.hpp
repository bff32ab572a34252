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

/// Whose silence fails a HeartbeatGroup.
enum class FailsWhen {
  any_silent,  ///< One silent worker is enough: each has work that nobody else does.
  all_silent,  ///< Only when nobody beats: the workers stand in for each other.
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
/// A failure names those who are silent; the data are the numbers `workers` and `silent`. A worker's limit counts from
/// its last beat, its add(), the registration or the startup latch, whichever is latest. A worker whose Heartbeat is
/// gone with all its copies is silent, unless it was removed before. A group that has been without workers for longer
/// than the limit has failed.
///
/// Copies share the one group, which lives on in the registry when they are all gone.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT HeartbeatGroup {
 public:
  /// @param limit  Longest silence of a worker that isn't a failure, 1 ms to 24 h; as exact as that of a Heartbeat.
  /// @throws std::invalid_argument  if the limit is out of range.
  explicit HeartbeatGroup(Duration limit, HeartbeatGroupOptions options = {});

  /// Adds a worker.
  ///
  /// @param name  How messages call it, cut to 1 KiB; empty: "worker 1" and so on.
  /// @returns The worker's own Heartbeat, with idle() too.
  Heartbeat add(Text name = {}) const;

  /// Takes a worker that ends as it should out of the group. Does nothing if it isn't in it.
  void remove(const Heartbeat& worker) const noexcept;

 private:
  friend std::shared_ptr<detail::InstantSource> instant_source(const HeartbeatGroup& group) noexcept;

  std::shared_ptr<detail::GroupSource> source_;
};

VITALS_EXPORT std::shared_ptr<detail::InstantSource> instant_source(const HeartbeatGroup& group) noexcept;

}  // namespace vitals::inline v1

#endif
