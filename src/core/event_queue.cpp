#include "core/event_queue.hpp"

#include <algorithm>
#include <iterator>

#include "core/frame.hpp"

namespace vitals::inline v1 {
namespace detail {

void EventQueue::push(HealthEvent event) {
  event.sequence = ++sequence_;
  if (listeners_.empty()) return;
  const Key key{event.probe, event.check};
  if (const auto waiting = latest_.find(key); waiting != latest_.end() && queue_.size() >= capacity) {
    const auto old = waiting->second;
    if (old->receivers == listeners_) {  // else somebody joined in between, who must not get what came before
      event.from = old->event.from;
      event.lasted = old->event.lasted;
      event.missed = old->event.missed + 1;
      latest_.erase(waiting);
      queue_.erase(old);
    }
  }
  if (queue_.size() >= most_events) drop_oldest();
  queue_.push_back({std::move(event), listeners_});
  latest_[key] = std::prev(queue_.end());
}

void EventQueue::forget_latest(std::list<Queued>::iterator queued) {
  const auto known = latest_.find({queued->event.probe, queued->event.check});
  if (known != latest_.end() && known->second == queued) latest_.erase(known);
}

void EventQueue::drop_oldest() {
  const auto oldest = queue_.begin();
  std::next(oldest)->event.missed += oldest->event.missed + 1;
  forget_latest(oldest);
  queue_.erase(oldest);
}

void EventQueue::add(std::shared_ptr<Listener> listener, std::vector<HealthEvent> present) {
  for (auto& event : present) {
    event.sequence = sequence_;
    queue_.push_back({std::move(event), {listener}});
  }
  listeners_.push_back(std::move(listener));
}

void EventQueue::remove(const std::shared_ptr<Listener>& listener) noexcept {
  listener->ended = true;
  std::erase(listeners_, listener);
  for (auto queued = queue_.begin(); queued != queue_.end();) {
    std::erase(queued->receivers, listener);
    if (!queued->receivers.empty()) {
      ++queued;
      continue;
    }
    forget_latest(queued);
    queued = queue_.erase(queued);
  }
}

HealthListener EventQueue::take_callable(Listener& listener) noexcept {
  return listener.in_call ? nullptr : std::exchange(listener.call, nullptr);
}

void EventQueue::deliver(std::unique_lock<std::mutex>& lock, const RegistryState* state) {
  if (delivering_) return;
  delivering_ = true;
  while (!queue_.empty()) {
    const auto front = queue_.begin();
    forget_latest(front);
    const auto queued = std::move(*front);
    queue_.erase(front);
    for (const auto& listener : queued.receivers) call_one(lock, state, listener, queued.event);
  }
  delivering_ = false;
}

void EventQueue::call_one(std::unique_lock<std::mutex>& lock, const RegistryState* state,
                          const std::shared_ptr<Listener>& listener, const HealthEvent& event) {
  if (listener->ended) return;
  listener->in_call = in_call_ = true;
  lock.unlock();
  {
    const Frame frame{state};
    try {
      listener->call(event);
    } catch (...) {  // promised by HealthListener: what a listener throws is dropped
    }
  }
  lock.lock();
  if (listener->ended) {  // by itself, or abandoned: whoever ended it has left the callable to this thread
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

std::vector<std::shared_ptr<Listener>> EventQueue::end() noexcept {
  auto ended = std::exchange(listeners_, {});
  for (auto& queued : queue_) std::move(queued.receivers.begin(), queued.receivers.end(), std::back_inserter(ended));
  for (const auto& listener : ended) listener->ended = true;
  queue_.clear();
  latest_.clear();
  return ended;
}

void EventQueue::await_returns(std::unique_lock<std::mutex>& lock, std::chrono::steady_clock::time_point deadline) {
  returned_.wait_until(lock, deadline, [&] { return !in_call_; });
}

void EventQueue::await_return(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Listener>& listener,
                              std::chrono::steady_clock::time_point deadline) {
  returned_.wait_until(lock, deadline, [&] { return !listener->in_call; });
}

}  // namespace detail
}  // namespace vitals::inline v1
