#include <algorithm>
#include <chrono>

#include "core/state/transaction.hpp"

namespace vitals::inline v1 {
namespace detail {

using namespace std::chrono_literals;

namespace {

/// Whether work waits for a thread, and no thread will do it.
bool has_unserved(const RegistryState& state) noexcept VITALS_REQUIRES(state.mutex) {
  const auto* const threads = state.threads.get();
  if (threads == nullptr) return false;
  const auto waits = [](const Threads::Serial& serial) { return !serial.served && !serial.tasks.empty(); };
  const auto& events = threads->lanes[index_of(Lane::events)];
  return threads->crew.unstaffed(state.runs) || std::ranges::any_of(threads->lanes, waits) ||
         (state.events.has_work() && !events.served);
}

}  // namespace

SteadyTime next_wake(RegistryState& state, SteadyTime now, SteadyTime system_now) noexcept {
  auto wake = std::min(state.waits.first_deadline(), state.retry_at);
  if (const auto look = std::min(state.model.next_look(), state.follow_at); look != SteadyTime::max()) {
    const auto delay = look <= now ? Duration::zero() : std::min<Duration>(look - now, 1h);
    wake = std::min(wake, system_now + delay);
  }
  if (has_unserved(state))
    wake = std::min(wake, state.spawn_from > system_now ? state.spawn_from : system_now + retry_after);
  return wake;
}

}  // namespace detail
}  // namespace vitals::inline v1
