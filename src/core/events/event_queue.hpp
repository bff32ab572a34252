#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <vitals/health_event.hpp>

#include "core/base/mutex.hpp"

namespace vitals::inline v1 {
namespace detail {

struct RegistryState;

/// One subscriber.
struct Listener {
  explicit Listener(HealthListener function) : call{std::move(function)} {}

  HealthListener call;
  bool ended = false;
  bool in_call = false;
};
using Listeners = std::vector<std::shared_ptr<Listener>>;

struct QueuedEvent;

/// What the queue knows of one check or probe.
struct EventSlot {
  std::optional<std::list<QueuedEvent>::iterator> waiting = std::nullopt;  ///< Its last event for everybody.
  std::uint64_t missed = 0;                   ///< Events dropped since its last one; its next one counts them.
  std::optional<Status> from = std::nullopt;  ///< What the first of them was from, if one was dropped for lack of room,
  Duration lasted = Duration::zero();         ///< and how long that had lasted.
};

struct QueuedEvent {
  HealthEvent event;
  std::shared_ptr<EventSlot> slot;  ///< Null: the present state, for a newcomer.
  std::shared_ptr<const Listeners> receivers;
  std::size_t next = 0;  ///< Of the receivers.
};

/// The events that wait for delivery, and who gets them. Guarded by the lock of its RegistryState, which it lets go
/// while a listener is called.
///
/// The queue is bounded: once it holds `capacity` events, a new one replaces the waiting one of the same check or
/// probe, so that what a listener misses is folded to the latest state; where that is the one before both, nothing is
/// told.
class EventQueue {
 public:
  static constexpr std::size_t capacity = 1024;
  /// The end of all queueing, for names that never come back: the oldest event goes, and counts as missed.
  static constexpr std::size_t most_events = 64 * capacity;

  /// Who has listened until the end.
  struct Ended {
    std::shared_ptr<const Listeners> greeted;
    std::list<std::shared_ptr<Listener>> newcomers;
  };

  /// Puts an event in the queue, with the next sequence number. False: there is no memory for it, and nothing has
  /// changed.
  [[nodiscard]] bool push(HealthEvent&& event, const std::shared_ptr<EventSlot>& slot) noexcept;

  /// Subscribes. The listener hears of nothing before it is greeted.
  void add(const std::shared_ptr<Listener>& listener);
  void remove(const std::shared_ptr<Listener>& listener) noexcept;
  /// Tells the present state to those who have come since the last call; from now on they hear of each transition.
  /// False: there is no memory for it, and nothing has changed.
  [[nodiscard]] bool greet(const std::vector<HealthEvent>& present) noexcept;

  [[nodiscard]] bool has_listeners() const noexcept { return live_ > 0; }
  [[nodiscard]] bool has_newcomers() const noexcept { return !newcomers_.empty(); }
  [[nodiscard]] bool has_work() const noexcept { return !queue_.empty() && !delivering_; }

  /// Delivers until the queue is empty, unless another thread is delivering. `lock` is held on entry and on return,
  /// also where a listener ends the thread: what is left then waits for the next call.
  void deliver(Lock& lock, const RegistryState* state);

  /// Ends all subscriptions. What it returns is to be destroyed without the lock: listeners are user code.
  [[nodiscard]] Ended end() noexcept;

  /// The callable of a listener that has ended, unless it is being called: then the delivery destroys it. To be
  /// destroyed without the lock.
  [[nodiscard]] static HealthListener take_callable(Listener& listener) noexcept;

  /// In a child of fork(): the thread that was delivering is the parent's.
  void forget_delivery() noexcept;

  /// Waits until no listener is being called any more, or until `deadline`.
  void await_returns(Lock& lock, std::chrono::steady_clock::time_point deadline);
  /// Waits until the listener isn't being called any more, or until `deadline`.
  void await_return(Lock& lock, const std::shared_ptr<Listener>& listener,
                    std::chrono::steady_clock::time_point deadline);

 private:
  using Queue = std::list<QueuedEvent>;

  void fold(HealthEvent& event, EventSlot& slot) noexcept;
  void forget(Queue::iterator queued) noexcept;
  void drop_oldest() noexcept;
  // They let the lock go and take it again.
  void call_one(Lock& lock, const RegistryState* state, const std::shared_ptr<Listener>& listener,
                const HealthEvent& event) VITALS_THREADS(no_thread_safety_analysis);
  void end_call(Lock& lock, const RegistryState* state, const std::shared_ptr<Listener>& listener)
      VITALS_THREADS(no_thread_safety_analysis);

  std::uint64_t sequence_ = 0;
  bool delivering_ = false;
  bool in_call_ = false;
  std::size_t live_ = 0;  // listeners that haven't ended
  const std::shared_ptr<const Listeners> nobody_ = std::make_shared<const Listeners>();
  std::shared_ptr<const Listeners> listeners_ = nobody_;  // that have been greeted
  std::list<std::shared_ptr<Listener>> newcomers_;
  Queue queue_;
  WaitCondition returned_;
};

}  // namespace detail
}  // namespace vitals::inline v1
