#pragma once

#include <memory>

#include <vitals/health_event.hpp>

#include "core/state/registry_state.hpp"

namespace vitals::inline v1 {
namespace detail {

[[nodiscard]] std::shared_ptr<Listener> subscribe(RegistryState& state, HealthListener listener);
/// Waits at most `patience` for a call of the listener in progress, unless this is called from user code of the
/// registry.
void unsubscribe(RegistryState& state, const std::shared_ptr<Listener>& listener) noexcept;
/// The same for a listener whose registry may be destroyed, or may belong to another process.
void end_subscription(const std::weak_ptr<RegistryState>& registry, std::shared_ptr<Listener> listener) noexcept;
/// On the calling thread.
void deliver_events(RegistryState& state);

}  // namespace detail
}  // namespace vitals::inline v1
