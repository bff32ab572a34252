#include <algorithm>
#include <chrono>

#include "core/state/registry_state.hpp"

namespace vitals::inline v1 {
namespace detail {

bool RegistryState::still_holds(ProbeSet probes, std::uint64_t known_version) const noexcept {
  auto until = SteadyTime::max().time_since_epoch().count();
  for (const auto probe : all_probes)
    if (probes.contains(probe)) until = std::min(until, valid_until[index_of(probe)].load(std::memory_order_acquire));
  if (known_version != version.load(std::memory_order_acquire)) return false;
  const auto now = options.clock.steady_now();
  if (now.time_since_epoch().count() >= until) return false;
  if (!pause.watches()) return true;
  return !pause.has_paused(options.clock == Clock{} ? now : std::chrono::steady_clock::now());
}

}  // namespace detail
}  // namespace vitals::inline v1
