#pragma once

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/mutex.hpp"
#include "grpc/services.hpp"
#include "grpc/watch.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The stream of one Watch call.
class WatchStream {
 public:
  /// Called without a lock, from any thread, one call at a time until written(). Must not block.
  virtual void carry_out(Watch::Step step, ServingStatus status) noexcept = 0;

 protected:
  ~WatchStream() = default;
};

struct Watcher {
  WatchStream* stream;
  std::optional<std::size_t> service;  ///< Nullopt: it asked for one that isn't known.
  Watch watch = {};

  Watch::Step step = Watch::Step::wait;  ///< To be carried out without the lock, with
  ServingStatus status = {};             ///< this status;
  Watcher* next = nullptr;               ///< and then that of this watcher.
};

/// All Watch calls of a server.
///
/// @par Thread safety  Safe. A stream may call from within carry_out().
class Watchers {
 public:
  using Place = std::list<Watcher>::iterator;

  explicit Watchers(std::shared_ptr<const Services> services) noexcept : services_{std::move(services)} {}

  /// Then call begin(). @throws std::bad_alloc
  [[nodiscard]] Place add(WatchStream& stream, std::optional<std::size_t> service);
  void begin(Place place) noexcept;
  void written(Place place, bool ok) noexcept;
  void cancel(Place place) noexcept;
  /// For a stream that has finished.
  void remove(Place place) noexcept;

  /// Whether somebody must now call refresh(), because statuses have changed. Not if there are no streams, since one that
  /// begins later has the new status; nor if a refresh that was wanted earlier hasn't begun.
  [[nodiscard]] bool want_refresh() noexcept { return count_.load() > 0 && !wanted_.exchange(true); }
  /// The refresh that was wanted can't be had.
  void drop_refresh() noexcept { wanted_ = false; }
  /// Lets each stream catch up with its service.
  void refresh() noexcept;

 private:
  [[nodiscard]] bool decide(Watcher& watcher) const noexcept VITALS_REQUIRES(mutex_);
  template <class Change>
  void change(Place place, Change change) noexcept;

  const std::shared_ptr<const Services> services_;
  Mutex mutex_;
  std::list<Watcher> watchers_ VITALS_GUARDED_BY(mutex_);
  std::atomic<std::size_t> count_ = 0;
  std::atomic<bool> wanted_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
