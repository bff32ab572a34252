#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "attack.hpp"

namespace vitals_test {

/// Decides whether an answer is late by comparison with a thread that only sleeps, for three times the budget from each
/// probe on; on a slow machine the thread wakes up later, too. An answer that comes after the wake-up is late.
class Control {
 public:
  using Expired = std::shared_ptr<const std::atomic<bool>>;

  Control() = default;
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;
  ~Control() {
    {
      const std::lock_guard lock{mutex_};
      over_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  /// Begins to wait.
  [[nodiscard]] Expired ask() {
    auto expired = std::make_shared<std::atomic<bool>>(false);
    const std::lock_guard lock{mutex_};
    waits_.push_back({std::chrono::steady_clock::now() + 3 * Attack::budget, expired});
    if (waits_.size() == 1) changed_.notify_one();
    return expired;
  }

 private:
  struct Wait {
    std::chrono::steady_clock::time_point end;
    std::shared_ptr<std::atomic<bool>> expired;
  };

  void run() {
    std::unique_lock lock{mutex_};
    while (!over_) {
      if (waits_.empty()) {
        changed_.wait(lock);
        continue;
      }
      const auto end = waits_.front().end;
      if (changed_.wait_until(lock, end) == std::cv_status::no_timeout && std::chrono::steady_clock::now() < end)
        continue;
      *waits_.front().expired = true;
      waits_.pop_front();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Wait> waits_;  // in the order in which they end
  bool over_ = false;
  std::thread thread_{[this] { run(); }};
};

}  // namespace vitals_test
