#pragma once

#include <functional>
#include <memory>

#include "core/state/transaction.hpp"

namespace vitals::inline v1 {
namespace detail {

// Calls of the application's code that are no checks: on workers, as checks, with a limit for those who wait.

/// Begins a wait that lasts until end_wait(), or until a probe that asks now would get its answer. Then `ready` is
/// called once, without the lock; it must neither block nor throw.
/// @returns Null without a Runner: nothing would end the wait.
[[nodiscard]] std::shared_ptr<Wait> begin_wait(RegistryState& state, std::function<void()> ready);
void end_wait(RegistryState& state, const std::shared_ptr<Wait>& wait) noexcept;

[[nodiscard]] bool is_over(RegistryState& state, const std::shared_ptr<Wait>& wait) noexcept;

/// Runs a job on a worker. Without a Runner it is dropped; so are jobs that no worker has begun when the last Runner
/// ends. A job must not own the registry's state.
void post_job(RegistryState& state, Tasks job) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
