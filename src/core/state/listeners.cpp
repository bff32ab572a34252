#include "core/state/listeners.hpp"

#include <chrono>
#include <utility>

#include "core/base/frame.hpp"
#include "core/base/moments.hpp"
#include "core/state/transaction.hpp"

namespace vitals::inline v1 {
namespace detail {

std::shared_ptr<Listener> subscribe(RegistryState& state, HealthListener function) {
  auto listener = std::make_shared<Listener>(std::move(function));
  Transaction transaction{state};
  transaction.settle();  // so that the listener gets no earlier changes
  state.events.add(listener);
  transaction.settle();
  return listener;
}

void unsubscribe(RegistryState& state, const std::shared_ptr<Listener>& listener) noexcept {
  HealthListener callable;  // destroyed last, without the lock: it is user code
  Lock lock{state.mutex};
  state.events.remove(listener);
  if (!Frame::inside(&state)) state.events.await_return(lock, listener, std::chrono::steady_clock::now() + patience);
  callable = EventQueue::take_callable(*listener);
}

void end_subscription(const std::weak_ptr<RegistryState>& registry, std::shared_ptr<Listener> listener) noexcept {
  const auto state = registry.lock();
  if (!state || !listener) return;
  if (state->in_another_process()) return leak(std::move(listener));
  unsubscribe(*state, listener);
}

void deliver_events(RegistryState& state) {
  Lock lock{state.mutex};
  state.events.deliver(lock, &state);
}

}  // namespace detail
}  // namespace vitals::inline v1
