#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/heartbeat_group.hpp>

#include "core/sources/coarse_clock.hpp"
#include "core/sources/instant.hpp"
#include "core/sources/thread_watch.hpp"

namespace vitals::inline v1 {
namespace detail {

/// How often a silent heartbeat is checked for a new beat.
[[nodiscard]] inline Duration look_interval(Duration limit) noexcept {
  return std::clamp<Duration>(limit / 4, std::chrono::milliseconds{50}, std::chrono::seconds{1});
}

class HeartbeatSource final : public InstantSource, public std::enable_shared_from_this<HeartbeatSource> {
 public:
  explicit HeartbeatSource(Duration limit);
  ~HeartbeatSource() override { delete watch_.load(std::memory_order_relaxed); }

  void beat() noexcept {
    if (foreign_.load(std::memory_order_acquire)) [[unlikely]]
      return beat_at(steady_now());
    beat_at(coarse_now());
  }
  void begin_idle() noexcept { idle_.fetch_add(1, std::memory_order_relaxed); }
  void end_idle() noexcept;
  /// The application's last copy has been destroyed.
  void orphan() noexcept;
  [[nodiscard]] bool orphaned() const noexcept { return orphaned_at_.load(std::memory_order_relaxed) != never; }

  /// Watches the calling thread. Defined beside the only implementation of ThreadWatch, which it makes.
  void bind_to_this_thread();
  /// What the watch saw in this silence, in words. Empty if there is nothing to say.
  [[nodiscard]] std::string whereabouts(SteadyTime since) const;

  [[nodiscard]] Duration limit() const noexcept { return limit_; }
  [[nodiscard]] InstantReading read(SteadyTime since, SteadyTime now) const noexcept override;
  void look(SteadyTime since, SteadyTime now) noexcept override;
  /// Grants one fresh limit, unless the heartbeat was silent before the gap, or this is a third gap in a row without a
  /// beat.
  void pass_gap(SteadyTime since, SteadyTime began, SteadyTime now) noexcept override;

 private:
  static constexpr Duration::rep never = SteadyTime::min().time_since_epoch().count();
  static constexpr int most_gaps = 2;

  void beat_at(SteadyTime now) noexcept { last_beat_.store(now.time_since_epoch().count(), std::memory_order_relaxed); }
  void bound(SteadyTime now, bool foreign) noexcept override;
  /// The latest possible time of the last beat.
  [[nodiscard]] SteadyTime last_beat() const noexcept;
  /// The last moment at which it doesn't count as silent.
  [[nodiscard]] SteadyTime end_of_limit(SteadyTime since) const noexcept;
  [[nodiscard]] InstantReading read_beats(SteadyTime since, SteadyTime now) const noexcept;

  // All that a beat touches, on one cache line.
  alignas(64) std::atomic<Duration::rep> last_beat_ = never;  // by coarse_now(), unless foreign_
  std::atomic<bool> foreign_ = false;                         // its clock isn't the system's
  std::atomic<int> idle_ = 0;

  const Duration limit_;
  const SharedResult silent_;
  std::atomic<Duration::rep> orphaned_at_ = never;
  std::atomic<Duration::rep> granted_at_ = never;  // when the last fresh limit began
  std::atomic<ThreadWatch*> watch_ = nullptr;      // owned

  std::mutex gap_mutex_;  // guards what follows
  Duration::rep beat_before_gap_ = never;
  int gaps_ = 0;  // in a row, without a beat
};

/// Shared by the application's copies of a Heartbeat. Destroying the last copy orphans the source, which may live on in
/// a registry.
[[nodiscard]] std::shared_ptr<HeartbeatSource> owned_heartbeat(Duration limit);

/// The heartbeats of several workers as one check.
class GroupSource final : public InstantSource,
                          public InstantWatcher,
                          public std::enable_shared_from_this<GroupSource> {
 public:
  GroupSource(Duration limit, HeartbeatGroupOptions options);

  [[nodiscard]] Duration limit() const noexcept { return limit_; }
  void add(std::string_view name, const std::shared_ptr<HeartbeatSource>& worker);
  void remove(const std::shared_ptr<HeartbeatSource>& worker) noexcept;

  void bind(const Clock& clock, std::string_view check) override;
  [[nodiscard]] InstantReading read(SteadyTime since, SteadyTime now) const noexcept override;
  void look(SteadyTime since, SteadyTime now) noexcept override;
  void pass_gap(SteadyTime since, SteadyTime began, SteadyTime now) noexcept override;
  /// A worker's last Heartbeat copy has been destroyed.
  void instant_changed(const InstantSource& source) noexcept override;

 private:
  struct Worker {
    std::string name;
    std::shared_ptr<HeartbeatSource> source;
    SteadyTime joined;
  };

  void bound(SteadyTime now, bool foreign) noexcept override;
  [[nodiscard]] InstantReading read_empty(SteadyTime since, SteadyTime now) const noexcept;
  [[nodiscard]] bool fails_with(std::size_t silent) const noexcept;
  [[nodiscard]] SharedResult result_of(std::size_t silent, SteadyTime since, SteadyTime now) const noexcept;
  [[nodiscard]] std::string message_of(std::size_t silent, SteadyTime since, SteadyTime now) const;

  const Duration limit_;
  const HeartbeatGroupOptions options_;
  const SharedResult silent_;         ///< The failure if there is no memory for details.
  mutable std::mutex workers_mutex_;  // guards what follows
  std::vector<Worker> workers_;
  std::uint64_t joined_ = 0;
  SteadyTime emptied_at_ = SteadyTime::min();
};

}  // namespace detail
}  // namespace vitals::inline v1
