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

struct Listener {
  explicit Listener(HealthListener function) : call{std::move(function)} {}

  HealthListener call;
  bool ended = false;
  bool in_call = false;
};
using Listeners = std::vector<std::shared_ptr<Listener>>;

struct QueuedEvent;

/// The queue's record of one check or probe.
struct EventSlot {
  std::optional<std::list<QueuedEvent>::iterator> waiting = std::nullopt;  ///< Its latest event in the queue.
  std::uint64_t missed = 0;                   ///< Events dropped since the last one; the next one reports the count.
  std::optional<Status> from = std::nullopt;  ///< `from` of the first event dropped for lack of room,
  Duration lasted = Duration::zero();         ///< and its `lasted`.
};

struct QueuedEvent {
  HealthEvent event;
  std::shared_ptr<EventSlot> slot;  ///< Null if the event shows a new listener the present state.
  std::shared_ptr<const Listeners> receivers;
  std::size_t next = 0;  ///< Index of the next receiver.
};

/// The events that wait for delivery, and their receivers. Guarded by the lock of its RegistryState, which is released
/// while a listener is called.
///
/// The queue is bounded. Once it holds `capacity` events, a new one replaces the waiting one of the same check or
/// probe. If the status is then what it was before both, neither is delivered.
class EventQueue {
 public:
  static constexpr std::size_t capacity = 1024;
  /// The hard limit, for names that never come back: the oldest event is dropped, and counts as missed.
  static constexpr std::size_t most_events = 64 * capacity;

  /// The listeners whose subscriptions end() has ended.
  struct Ended {
    std::shared_ptr<const Listeners> greeted;
    std::list<std::shared_ptr<Listener>> newcomers;
  };

  /// Queues an event with the next sequence number. @returns False if there is no memory; then nothing has changed.
  [[nodiscard]] bool push(HealthEvent&& event, const std::shared_ptr<EventSlot>& slot) noexcept;

  /// Subscribes. The listener gets no events before greet().
  void add(const std::shared_ptr<Listener>& listener);
  void remove(const std::shared_ptr<Listener>& listener) noexcept;
  /// Queues the present state for the listeners added since the last call. From then on they get every transition.
  /// @returns False if there is no memory; then nothing has changed.
  [[nodiscard]] bool greet(const std::vector<HealthEvent>& present) noexcept;

  /// How many events there were, with or without listeners.
  [[nodiscard]] std::uint64_t count() const noexcept { return sequence_; }
  [[nodiscard]] bool has_listeners() const noexcept { return live_ > 0; }
  [[nodiscard]] bool has_newcomers() const noexcept { return !newcomers_.empty(); }
  [[nodiscard]] bool has_work() const noexcept { return !queue_.empty() && !delivering_; }

  /// Delivers until the queue is empty, unless another thread is delivering. `lock` is held on entry and on return,
  /// even if a listener ends the thread; the next call then delivers the rest.
  void deliver(Lock& lock, const RegistryState* state);

  /// Ends all subscriptions. Destroy the result without the lock: listeners are user code.
  [[nodiscard]] Ended end() noexcept;

  /// Takes the callable of an ended listener. Empty while that is being called: the delivery then destroys it. Destroy
  /// the result without the lock.
  [[nodiscard]] static HealthListener take_callable(Listener& listener) noexcept;

  /// In a child of fork(): the thread that was delivering exists only in the parent.
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
  // These release the lock and take it again.
  void call_one(Lock& lock, const RegistryState* state, const std::shared_ptr<Listener>& listener,
                const HealthEvent& event) VITALS_THREADS(no_thread_safety_analysis);
  void end_call(Lock& lock, const RegistryState* state, const std::shared_ptr<Listener>& listener)
      VITALS_THREADS(no_thread_safety_analysis);

  std::uint64_t sequence_ = 0;
  bool delivering_ = false;
  bool in_call_ = false;
  std::size_t live_ = 0;  // listeners that haven't ended
  const std::shared_ptr<const Listeners> no_listeners_ = std::make_shared<const Listeners>();
  std::shared_ptr<const Listeners> listeners_ = no_listeners_;  // the greeted ones
  std::list<std::shared_ptr<Listener>> newcomers_;
  Queue queue_;
  WaitCondition returned_;
};

}  // namespace detail
}  // namespace vitals::inline v1
