#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vitals/lifecycle.hpp>

namespace vitals_test {

/// Records the events of a Lifecycle, as its `on_event`. Copies share one record.
class LifecycleRecord {
 public:
  void operator()(const vitals::LifecycleEvent& event) const {
    const std::lock_guard lock{state_->mutex};
    const auto about = event.callback.empty() ? std::string{to_string(event.to)} : event.callback;
    state_->steps.push_back(about + " (" + event.reason + ")");
    state_->reached = std::max(state_->reached, event.to);
    state_->told.notify_all();
  }
  /// The recorded steps, as in "draining (SIGTERM)" or "worker (done)".
  [[nodiscard]] std::vector<std::string> steps() const {
    const std::lock_guard lock{state_->mutex};
    return state_->steps;
  }
  /// Waits until the Lifecycle has entered the state.
  void await(vitals::LifecycleState state) const {
    std::unique_lock lock{state_->mutex};
    state_->told.wait(lock, [&] { return state_->reached >= state; });
  }
  /// Options whose waits never end during a test, except for those that are 0. Nothing is logged.
  [[nodiscard]] vitals::LifecycleOptions options(vitals::Duration propagation_delay,
                                                 std::vector<int> signals = {}) const {
    return {.propagation_delay = propagation_delay,
            .grace_period = std::chrono::minutes{5} + std::chrono::seconds{5},
            .stop_signals = std::move(signals),
            .log = [](std::string_view) {},
            .on_event = *this};
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable told;
    std::vector<std::string> steps;
    vitals::LifecycleState reached = vitals::LifecycleState::serving;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace vitals_test
