#pragma once

// A queue of jobs that has room for only so many, as an application has one.

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>

class Queue {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Load {
    std::size_t depth;
    std::size_t capacity;
    std::chrono::seconds oldest;  ///< How long the first job has been waiting; 0 if there is none.
  };

  explicit Queue(std::size_t capacity) : capacity_{capacity} {}

  /// @returns Whether there was room.
  bool push(Time since = std::chrono::steady_clock::now()) {
    const std::scoped_lock lock{mutex_};
    if (waiting_since_.size() == capacity_) return false;
    waiting_since_.push_back(since);
    return true;
  }
  void pop() {
    const std::scoped_lock lock{mutex_};
    waiting_since_.pop_front();
  }
  [[nodiscard]] Load load() const {
    const std::scoped_lock lock{mutex_};
    const auto now = std::chrono::steady_clock::now();
    const auto oldest = waiting_since_.empty() ? Time::duration::zero() : now - waiting_since_.front();
    return {waiting_since_.size(), capacity_, std::chrono::duration_cast<std::chrono::seconds>(oldest)};
  }

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::deque<Time> waiting_since_;
};
