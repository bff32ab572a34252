#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/state/registry_state.hpp"

namespace vitals::inline v1 {
namespace detail {

// Leases: the shares that Runners and servers hold in the threads of a registry.

/// @throws std::system_error  if the timer thread can't be created, or the checks run in the parent of this process.
void acquire_threads(RegistryState& state);
/// @returns The threads, if this was the last lease: they end as soon as they are out of user code.
std::shared_ptr<Threads> release_threads(RegistryState& state) noexcept;
[[nodiscard]] std::vector<std::string> checks_in_call(const RegistryState& state);

}  // namespace detail
}  // namespace vitals::inline v1
