#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

namespace vitals_test {

/// Opens once; threads can wait for that. Copies share one gate: a check that hangs on it holds a copy.
class Gate {
 public:
  void open() const {
    const auto state = state_;  // a waiting thread may destroy the gate before this returns
    const std::lock_guard lock{state->mutex};
    state->open = true;
    state->changed.notify_all();
  }
  void wait() const {
    const auto state = state_;
    std::unique_lock lock{state->mutex};
    state->entered = true;
    state->changed.notify_all();
    state->changed.wait(lock, [&] { return state->open; });
  }
  /// Waits until a thread waits at the gate, or has waited.
  void wait_until_entered() const {
    const auto state = state_;
    std::unique_lock lock{state->mutex};
    state->changed.wait(lock, [&] { return state->entered; });
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool entered = false;
    bool open = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace vitals_test
