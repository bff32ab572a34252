#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <vitals/health_event.hpp>

namespace vitals::inline v1 {
namespace detail {

class RegistryState;

/// One subscriber.
struct Listener {
  explicit Listener(HealthListener function) : call{std::move(function)} {}

  HealthListener call;
  bool ended = false;
  bool in_call = false;
};

/// The events that wait for delivery, and who gets them. Guarded by the lock of its RegistryState, which it lets go
/// while a listener is called.
///
/// The queue is bounded: once it holds `capacity` events, a new one replaces the waiting one of the same check or
/// probe, so that what a listener misses is folded to the latest state.
class EventQueue {
 public:
  static constexpr std::size_t capacity = 1024;
  /// The end of all queueing, for names that never come back: the oldest event goes, and is counted as missed.
  static constexpr std::size_t most_events = 64 * capacity;

  /// Puts an event in the queue, with the next sequence number.
  void push(HealthEvent event);

  /// Subscribes; `present` is what the listener gets first.
  void add(std::shared_ptr<Listener> listener, std::vector<HealthEvent> present);
  void remove(const std::shared_ptr<Listener>& listener) noexcept;

  [[nodiscard]] bool has_listeners() const noexcept { return !listeners_.empty(); }
  [[nodiscard]] bool has_work() const noexcept { return !queue_.empty() && !delivering_; }

  /// Delivers until the queue is empty, unless another thread is delivering. `lock` is held on entry and on return.
  void deliver(std::unique_lock<std::mutex>& lock, const RegistryState* state);

  /// Ends all subscriptions. What it returns is to be destroyed without the lock: listeners are user code.
  [[nodiscard]] std::vector<std::shared_ptr<Listener>> end() noexcept;

  /// The callable of a listener that has ended, unless it is being called: then the delivery destroys it. To be
  /// destroyed without the lock.
  [[nodiscard]] static HealthListener take_callable(Listener& listener) noexcept;

  /// Waits until no listener is being called any more, or until `deadline`.
  void await_returns(std::unique_lock<std::mutex>& lock, std::chrono::steady_clock::time_point deadline);
  /// Waits until the listener isn't being called any more, or until `deadline`.
  void await_return(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Listener>& listener,
                    std::chrono::steady_clock::time_point deadline);

 private:
  using Key = std::pair<Probe, std::string>;
  struct Queued {
    HealthEvent event;
    std::vector<std::shared_ptr<Listener>> receivers;
  };

  void forget_latest(std::list<Queued>::iterator queued);
  void drop_oldest();
  void call_one(std::unique_lock<std::mutex>& lock, const RegistryState* state,
                const std::shared_ptr<Listener>& listener, const HealthEvent& event);

  std::uint64_t sequence_ = 0;
  bool delivering_ = false;
  bool in_call_ = false;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::list<Queued> queue_;
  std::map<Key, std::list<Queued>::iterator> latest_;  // the waiting event for everybody, of each check and probe
  std::condition_variable returned_;
};

}  // namespace detail
}  // namespace vitals::inline v1
