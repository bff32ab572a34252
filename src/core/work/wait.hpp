#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <utility>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

/// Calls to make, in list nodes that can be passed on without allocating.
using Tasks = std::list<std::function<void()>>;

/// A probe that waits for runs. Guarded by the lock of its RegistryState; `ready` is called without it.
struct Wait {
  explicit Wait(std::function<void()> on_ready) { ready.push_back(std::move(on_ready)); }

  Tasks ready = {};             ///< One, called at most once, from any thread; must neither block nor throw.
  std::size_t outstanding = 0;  ///< Checks or whole probes that it still waits for.
  SteadyTime deadline = {};     ///< When the answer budget is spent, by the system's steady clock.
  bool over = false;            ///< Fired or cancelled.
  std::shared_ptr<Wait> next_fired = nullptr;
};

/// Waits that are over, in the order in which they are to be fired.
class FiredWaits {
 public:
  FiredWaits() = default;
  FiredWaits(const FiredWaits&) = delete;
  FiredWaits& operator=(const FiredWaits&) = delete;

  /// Does nothing if the wait is over already.
  void add(std::shared_ptr<Wait> wait) noexcept {
    if (std::exchange(wait->over, true)) return;
    auto* const last = wait.get();
    (last_ != nullptr ? last_->next_fired : first_) = std::move(wait);
    last_ = last;
  }
  [[nodiscard]] std::shared_ptr<Wait> take() noexcept {
    auto wait = first_;
    if (!wait) return wait;
    first_ = std::move(wait->next_fired);
    if (!first_) last_ = nullptr;
    return wait;
  }

 private:
  std::shared_ptr<Wait> first_;
  Wait* last_ = nullptr;
};

}  // namespace detail
}  // namespace vitals::inline v1
