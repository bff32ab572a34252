#include "core/events/event_queue.hpp"

#include <algorithm>
#include <iterator>
#include <new>
#include <string_view>
#include <utility>

#include "core/base/frame.hpp"
#include "core/base/user_code.hpp"

namespace vitals::inline v1 {
namespace detail {

bool EventQueue::push(HealthEvent&& event, const std::shared_ptr<EventSlot>& slot) noexcept {
  if (live_ == 0 || listeners_->empty()) {
    ++sequence_;
    return true;
  }
  Queue one;
  try {
    one.push_back({std::move(event), slot, listeners_});
  } catch (const std::bad_alloc&) {
    return false;
  }
  auto& queued = one.front().event;
  queued.sequence = ++sequence_;
  if (slot->from) {
    queued.from = std::exchange(slot->from, std::nullopt);
    queued.lasted = slot->lasted;
  }
  queued.missed = std::exchange(slot->missed, 0);
  fold(queued, *slot);
  if (queued.from == queued.to) {  // the two cancel out
    slot->missed = queued.missed + 1;
    return true;
  }
  if (queue_.size() >= most_events) drop_oldest();
  queue_.splice(queue_.end(), one);
  slot->waiting = std::prev(queue_.end());
  return true;
}

// Replaces the waiting event of the same slot, once the queue is full.
void EventQueue::fold(HealthEvent& event, EventSlot& slot) noexcept {
  if (!slot.waiting || queue_.size() < capacity) return;
  const auto old = *slot.waiting;
  if (old->receivers != listeners_) return;  // a listener joined in between, and must not get older events
  event.from = old->event.from;
  event.lasted = old->event.lasted;
  event.missed += old->event.missed + 1;
  queue_.erase(old);
  slot.waiting.reset();
}

// To be called before `queued` leaves the queue: its slot must not keep pointing to it.
void EventQueue::forget(Queue::iterator queued) noexcept {
  if (queued->slot && queued->slot->waiting == queued) queued->slot->waiting.reset();
}

void EventQueue::drop_oldest() noexcept {
  const auto oldest = queue_.begin();
  forget(oldest);
  if (auto& slot = oldest->slot) {
    slot->missed += oldest->event.missed + 1;
    if (!slot->from) {
      slot->from = oldest->event.from;
      slot->lasted = oldest->event.lasted;
    }
  }
  queue_.erase(oldest);
}

void EventQueue::add(const std::shared_ptr<Listener>& listener) {
  newcomers_.push_back(listener);
  ++live_;
}

bool EventQueue::greet(const std::vector<HealthEvent>& present) noexcept {
  if (newcomers_.empty()) return true;
  try {
    const auto receivers = std::make_shared<const Listeners>(newcomers_.begin(), newcomers_.end());
    auto all = std::make_shared<Listeners>();
    std::ranges::copy_if(*listeners_, std::back_inserter(*all), [](const auto& each) { return !each->ended; });
    all->insert(all->end(), receivers->begin(), receivers->end());
    Queue events;
    for (const auto& event : present) {
      events.push_back({event, nullptr, receivers});
      events.back().event.sequence = sequence_;
    }
    queue_.splice(queue_.end(), events);
    listeners_ = std::move(all);
  } catch (const std::bad_alloc&) {
    return false;
  }
  newcomers_.clear();
  return true;
}

void EventQueue::remove(const std::shared_ptr<Listener>& listener) noexcept {
  if (std::exchange(listener->ended, true)) return;
  newcomers_.remove(listener);
  if (--live_ > 0) return;
  for (auto queued = queue_.begin(); queued != queue_.end(); ++queued) forget(queued);
  queue_.clear();
}

HealthListener EventQueue::take_callable(Listener& listener) noexcept {
  return listener.in_call ? nullptr : std::exchange(listener.call, nullptr);
}

void EventQueue::deliver(Lock& lock, const RegistryState* state) {
  if (delivering_) return;
  delivering_ = true;
  while (!queue_.empty()) {
    forget(queue_.begin());
    Queue first;
    first.splice(first.begin(), queue_, queue_.begin());
    auto& [event, slot, receivers, next] = first.front();
    try {
      while (next < receivers->size()) call_one(lock, state, (*receivers)[next++], event);
    } catch (...) {  // a listener ends this thread: another one delivers the rest
      if (next < receivers->size()) queue_.splice(queue_.begin(), first);
      delivering_ = false;
      throw;
    }
  }
  delivering_ = false;
}

void EventQueue::call_one(Lock& lock, const RegistryState* state, const std::shared_ptr<Listener>& listener,
                          const HealthEvent& event) {
  if (listener->ended) return;
  listener->in_call = in_call_ = true;
  lock.unlock();
  try {
    const Frame frame{state};
    // As HealthListener documents, exceptions are dropped.
    call_user_code([&] { listener->call(event); }, [](std::string_view) {});
  } catch (...) {
    end_call(lock, state, listener);
    throw;
  }
  end_call(lock, state, listener);
}

void EventQueue::end_call(Lock& lock, const RegistryState* state, const std::shared_ptr<Listener>& listener) {
  lock.lock();
  if (listener->ended) {  // unsubscribed during the call: take_callable() has left the callable to this thread
    auto callable = std::exchange(listener->call, nullptr);
    lock.unlock();
    {
      const Frame frame{state};
      callable = nullptr;
    }
    lock.lock();
  }
  listener->in_call = in_call_ = false;
  returned_.notify_all();
}

void EventQueue::forget_delivery() noexcept {
  delivering_ = in_call_ = false;
  for (const auto& listener : *listeners_) listener->in_call = false;
}

EventQueue::Ended EventQueue::end() noexcept {
  Ended ended{std::exchange(listeners_, no_listeners_), std::exchange(newcomers_, {})};
  for (const auto& listener : *ended.greeted) listener->ended = true;
  for (const auto& listener : ended.newcomers) listener->ended = true;
  live_ = 0;
  for (auto queued = queue_.begin(); queued != queue_.end(); ++queued) forget(queued);
  queue_.clear();
  return ended;
}

void EventQueue::await_returns(Lock& lock, std::chrono::steady_clock::time_point deadline) {
  while (in_call_ && returned_.wait_until(lock, deadline)) continue;
}

void EventQueue::await_return(Lock& lock, const std::shared_ptr<Listener>& listener,
                              std::chrono::steady_clock::time_point deadline) {
  while (listener->in_call && returned_.wait_until(lock, deadline)) continue;
}

}  // namespace detail
}  // namespace vitals::inline v1
