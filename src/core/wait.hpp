#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

/// A probe that waits for runs. Guarded by the lock of its RegistryState; `ready` is called without it.
struct Wait {
  explicit Wait(std::function<void()> on_ready) : ready{std::move(on_ready)} {}

  std::function<void()> ready;  ///< Called at most once, from any thread; must neither block nor throw.
  std::size_t outstanding = 0;  ///< Checks or whole probes that it still waits for.
  SteadyTime deadline = {};     ///< When the answer budget is spent, by the system's steady clock.
  bool over = false;            ///< Fired or cancelled.
};

}  // namespace detail
}  // namespace vitals::inline v1
