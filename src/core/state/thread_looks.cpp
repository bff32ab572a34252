#include "core/state/thread_looks.hpp"

#include <array>
#include <cstddef>
#include <memory>

namespace vitals::inline v1 {
namespace detail {
namespace {

struct Look {
  std::shared_ptr<InstantSource> source = nullptr;
  SteadyTime since = {};
};

/// Those that are due beyond these come next time. An array, so that there is always memory for them.
using Looks = std::array<Look, 32>;

std::size_t take_due(RegistryState& state, SteadyTime now, Looks& looks) noexcept {
  std::size_t count = 0;
  const Lock lock{state.mutex};
  state.model.checks().each_to_look_at(now, [&](const Check& check) {
    state.mutex.is_held();
    if (check.reading && check.reading->look_at_threads != nullptr && !state.model.frozen(check))
      looks[count++] = {entry_of(check).source, state.model.counted_from(check)};
    return count < looks.size();
  });
  return count;
}

}  // namespace

void look_at_threads(RegistryState& state) noexcept {
  const auto now = state.clock().steady_now();
  Looks looks;
  const auto count = take_due(state, now, looks);
  for (std::size_t i = 0; i < count; ++i) looks[i].source->look(looks[i].since, now);
}

}  // namespace detail
}  // namespace vitals::inline v1
