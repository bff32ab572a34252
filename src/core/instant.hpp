#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include <vitals/check_result.hpp>
#include <vitals/clock.hpp>
#include <vitals/status_flag.hpp>

namespace vitals::inline v1 {
namespace detail {

/// Told that an instant check has another result. Called without a lock of the source.
class InstantWatcher {
 public:
  virtual void instant_changed(std::uint64_t id) noexcept = 0;

 protected:
  ~InstantWatcher() = default;
};

/// What an instant check says at one moment.
struct InstantReading {
  CheckResult result = {};
  bool stale = false;                                     ///< Too old to count: the result's status is fail.
  std::optional<SteadyTime> last_success = std::nullopt;  ///< When the last success ended; now, if it goes on.
  std::optional<WallTime> set_at = std::nullopt;
  SteadyTime valid_until =
      SteadyTime::max();                      ///< Time alone makes it wrong from here on; not after now: don't keep it.
  SteadyTime look_again = SteadyTime::max();  ///< When a change that nobody announces may have come.
};

/// A check that is read in place: a Heartbeat or a StatusFlag.
///
/// @par Thread safety  Shared objects: safe. read() is called with the registry's lock held and takes only its own.
class InstantSource {
 public:
  explicit InstantSource(const char* kind) noexcept : kind_{kind} {}
  InstantSource(const InstantSource&) = delete;
  InstantSource& operator=(const InstantSource&) = delete;
  virtual ~InstantSource() = default;

  /// @param since  The registration or the startup latch, whichever is later.
  [[nodiscard]] virtual InstantReading read(SteadyTime since, SteadyTime now) const = 0;

  /// Makes the source go by a registry's clock.
  /// @throws std::invalid_argument  naming `check` if it already goes by another one.
  void bind(const Clock& clock, std::string_view check);

  void watch(std::weak_ptr<InstantWatcher> watcher, std::uint64_t id);
  void unwatch(std::uint64_t id, const InstantWatcher* watcher) noexcept;

 protected:
  /// The clock is known, and shows `now`. Times from before are by the system's clock: useless if this one is foreign.
  virtual void bound(SteadyTime now, bool foreign) noexcept = 0;
  /// Tells the watchers; no lock may be held.
  void announce() noexcept;
  [[nodiscard]] SteadyTime steady_now() const noexcept;
  [[nodiscard]] WallTime wall_now() const noexcept;

 private:
  struct Watch {
    std::weak_ptr<InstantWatcher> watcher;
    std::uint64_t id;
  };

  const char* kind_;
  std::mutex mutex_;
  std::optional<Clock> clock_;
  std::atomic<const Clock*> bound_ = nullptr;  // points into clock_ once that is set, which happens once
  std::vector<Watch> watches_;
};

class HeartbeatSource final : public InstantSource {
 public:
  explicit HeartbeatSource(Duration limit) noexcept : InstantSource{"a Heartbeat"}, limit_{limit} {}

  void beat() noexcept { last_beat_.store(steady_now().time_since_epoch().count(), std::memory_order_relaxed); }
  void begin_idle() noexcept { idle_.fetch_add(1, std::memory_order_relaxed); }
  void end_idle() noexcept;
  /// The application's last copy is gone.
  void orphan() noexcept;

  [[nodiscard]] Duration limit() const noexcept { return limit_; }
  [[nodiscard]] InstantReading read(SteadyTime since, SteadyTime now) const override;

 private:
  static constexpr Duration::rep never = SteadyTime::min().time_since_epoch().count();

  void bound(SteadyTime now, bool foreign) noexcept override;

  const Duration limit_;
  std::atomic<Duration::rep> last_beat_ = never;
  std::atomic<int> idle_ = 0;
  std::atomic<Duration::rep> orphaned_at_ = never;
};

/// Shared by the application's copies of a Heartbeat: its end is the end of the last of them.
struct HeartbeatOwner {
  explicit HeartbeatOwner(Duration limit) : source{std::make_shared<HeartbeatSource>(limit)} {}
  HeartbeatOwner(const HeartbeatOwner&) = delete;
  HeartbeatOwner& operator=(const HeartbeatOwner&) = delete;
  ~HeartbeatOwner() { source->orphan(); }

  std::shared_ptr<HeartbeatSource> source;
};

class FlagSource final : public InstantSource {
 public:
  FlagSource(CheckResult initial, StatusFlagOptions options);

  void set(CheckResult result);
  [[nodiscard]] CheckResult get() const;
  [[nodiscard]] InstantReading read(SteadyTime since, SteadyTime now) const override;

 private:
  void bound(SteadyTime now, bool foreign) noexcept override;

  const std::optional<Duration> valid_for_;
  mutable std::mutex result_mutex_;  // guards what follows
  CheckResult result_;
  std::optional<SteadyTime> set_at_;  // the initial result counts from its registration
  std::optional<WallTime> set_at_wall_;
  std::optional<SteadyTime> last_success_;
};

}  // namespace detail
}  // namespace vitals::inline v1
