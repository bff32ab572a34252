#pragma once

#include "core/state/registry_state.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Looks at the threads of bound heartbeats that are due for it. That reads files, so it holds no lock; the timer and
/// run_due() call this just before they settle, which then finds what was seen.
void look_at_threads(RegistryState& state) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
