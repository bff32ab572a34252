#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include <vitals/check_result.hpp>
#include <vitals/clock.hpp>
#include <vitals/pushed_check.hpp>

#include "core/model/result.hpp"
#include "core/redaction.hpp"

namespace vitals::inline v1 {
namespace detail {

class InstantSource;
struct RegistryState;

/// Looks at the threads that sources watch: look_at_threads().
using LookAtThreads = void (*)(RegistryState&) noexcept;

/// Notified when a source may read differently. Called without a lock of the source.
class InstantWatcher {
 public:
  virtual void instant_changed(const InstantSource& source) noexcept = 0;

 protected:
  ~InstantWatcher() = default;
};

/// The state of an instant check at one moment.
struct InstantReading {
  SharedResult result = nullptr;
  bool by_library = false;                                ///< The result's message is the library's own.
  bool stale = false;                                     ///< Too old to count: the result's status is fail.
  std::optional<SteadyTime> last_success = std::nullopt;  ///< When the last success ended; now if it still lasts.
  std::optional<WallTime> set_at = std::nullopt;
  SteadyTime valid_until = SteadyTime::max();  ///< When the reading expires. If that isn't after now, don't keep it.
  SteadyTime look_again = SteadyTime::max();   ///< When it may have changed without an announcement.
  /// If not null, the source watches a thread: look() must be called at `look_again`, before the next reading, and this
  /// does it. A pointer, so that programs without bound heartbeats don't link it.
  LookAtThreads look_at_threads = nullptr;
};

/// A check that is read in place: a Heartbeat, a HeartbeatGroup or a PushedCheck.
///
/// Reading allocates nothing, or has a result for when there is no memory.
///
/// @par Thread safety  Shared objects: safe. read() is called with the registry's lock held and takes only the source's
/// own.
class InstantSource {
 public:
  explicit InstantSource(const char* kind) noexcept : kind_{kind} {}
  InstantSource(const InstantSource&) = delete;
  InstantSource& operator=(const InstantSource&) = delete;
  virtual ~InstantSource() = default;

  /// @param since  The registration or the startup latch, whichever is later.
  [[nodiscard]] virtual InstantReading read(SteadyTime since, SteadyTime now) const noexcept = 0;
  /// The same with texts that have passed the reader's redactor, which add_reader() was called with.
  [[nodiscard]] virtual InstantReading read_for(const Redactor& redactor, SteadyTime since,
                                                SteadyTime now) const noexcept;

  /// From now on texts from outside pass this redactor, too, before anybody can read them with it. Calls it, so without
  /// a lock. To be undone as often by remove_reader(). @throws std::bad_alloc
  virtual void add_reader(const Redactor& redactor);
  virtual void remove_reader(const Redactor& redactor) noexcept;

  /// Looks at the threads that the source watches, if that is due. Reads files: called without a lock. `since` as in
  /// read().
  virtual void look(SteadyTime since, SteadyTime now) noexcept;

  /// The process was paused until `now`, since `began` at the earliest. `since` as in read().
  virtual void pass_gap(SteadyTime since, SteadyTime began, SteadyTime now) noexcept;

  /// Makes the source use a registry's clock.
  /// @throws std::invalid_argument  naming `check`, if the source already uses another clock.
  virtual void bind(const Clock& clock, std::string_view check);

  /// A watcher added several times is notified once per change, until unwatch() is called as often.
  void watch(const std::shared_ptr<InstantWatcher>& watcher);
  void unwatch(const InstantWatcher& watcher) noexcept;

 protected:
  /// The clock is set, and shows `now`. Earlier times are by the system's clock: useless if this one is foreign.
  virtual void bound(SteadyTime now, bool foreign) noexcept = 0;
  /// Notifies the watchers. To be called without a lock.
  void announce() noexcept;
  [[nodiscard]] SteadyTime steady_now() const noexcept;
  [[nodiscard]] WallTime wall_now() const noexcept;
  /// nullopt before bind().
  [[nodiscard]] std::optional<Clock> clock() const;

 private:
  struct Watcher {
    std::weak_ptr<InstantWatcher> watcher;
    std::size_t count;
  };
  using Watchers = std::vector<Watcher>;

  const char* kind_;
  mutable std::mutex mutex_;
  std::optional<Clock> clock_;
  std::atomic<const Clock*> bound_ = nullptr;  // points into clock_ once that is set, which happens once
  std::shared_ptr<const Watchers> watchers_;   // replaced as a whole, so that announcing allocates nothing
};

/// A PushedCheck's result, and one version of it for each redactor of the registries that show it.
///
/// User code must not run under a lock. So set() and add_reader() call the redactors first, then take the lock and
/// store what they made, unless the result or the readers have changed meanwhile: then they begin again.
class PushedSource final : public InstantSource {
 public:
  PushedSource(CheckResult initial, PushedCheckOptions options);

  void set(CheckResult result);
  [[nodiscard]] SharedResult get() const;
  [[nodiscard]] InstantReading read(SteadyTime since, SteadyTime now) const noexcept override;
  [[nodiscard]] InstantReading read_for(const Redactor& redactor, SteadyTime since,
                                        SteadyTime now) const noexcept override;
  void add_reader(const Redactor& redactor) override;
  void remove_reader(const Redactor& redactor) noexcept override;

 private:
  struct Version {
    Redactor redactor;
    SharedResult result;
    std::size_t readers;
  };
  using Versions = std::vector<Version>;

  void bound(SteadyTime now, bool foreign) noexcept override;
  /// False if the readers have changed meanwhile.
  [[nodiscard]] bool replace(SharedResult next);
  [[nodiscard]] Versions versions() const;

  const std::optional<Duration> valid_for_;
  const SharedResult stale_;
  mutable std::mutex result_mutex_;  // guards what follows
  SharedResult result_;
  Versions versions_;
  std::optional<SteadyTime> set_at_;  // the initial result counts from its registration
  std::optional<WallTime> set_at_wall_;
  std::optional<SteadyTime> last_success_;
};

}  // namespace detail
}  // namespace vitals::inline v1
