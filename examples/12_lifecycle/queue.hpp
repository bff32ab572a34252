#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include <vitals/vitals.hpp>

/// Stands in for the queue that a worker takes its jobs from.
class Queue {
 public:
  using Job = std::function<void()>;

  void add(Job job) {
    const std::lock_guard lock{mutex_};
    jobs_.push_back(std::move(job));
    changed_.notify_one();
  }
  /// Waits for the next job; meanwhile the worker counts as idle. Returns nothing once the queue is closed, even if
  /// jobs are left: other workers take those.
  std::optional<Job> take(const vitals::Heartbeat& beat) {
    const auto idle = beat.idle();
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return closed_ || !jobs_.empty(); });
    if (closed_) return std::nullopt;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    return job;
  }
  void close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool closed_ = false;
};
