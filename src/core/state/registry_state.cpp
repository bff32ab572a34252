#include "core/state/registry_state.hpp"

#include <utility>

#include "core/options.hpp"
#include "core/state/transaction.hpp"

namespace vitals::inline v1 {
namespace detail {

RegistryState::RegistryState(RegistryOptions registry_options)
    : redactor{make_redactor(std::exchange(registry_options.redact, nullptr))},
      options{valid(std::move(registry_options))},
      model{options, {options.clock.steady_now(), options.clock.wall_now()}},
      random{std::random_device{}()} {
  (void)out_of_memory();  // makes it while there is memory
  for (auto& moment : valid_until) moment = SteadyTime::min().time_since_epoch().count();
  for (auto& slot : probe_events) slot = std::make_shared<EventSlot>();
}

RegistryState::~RegistryState() = default;

void RegistryState::instant_changed(const InstantSource& source) noexcept {
  if (in_another_process()) return;
  Transaction transaction{*this};
  const auto [first, last] = by_source.equal_range(&source);
  for (auto each = first; each != last; ++each) model.checks().touch(*each->second);
  transaction.settle();
}

}  // namespace detail
}  // namespace vitals::inline v1
