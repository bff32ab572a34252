#include <memory>
#include <stdexcept>
#include <utility>

#include <vitals/registry.hpp>

#include "core/registry_state.hpp"

namespace vitals::inline v1 {
namespace detail {

std::shared_ptr<RegistryState> state_of(const HealthRegistry& registry) noexcept { return registry.state_; }

}  // namespace detail

HealthRegistry::HealthRegistry(RegistryOptions options) : state_{std::make_shared<detail::RegistryState>(options)} {}

HealthRegistry::~HealthRegistry() { state_->close(); }

Report HealthRegistry::report(Probe probe) const {
  detail::Afterwards afterwards;
  return state_->snapshot(detail::ProbeSet::of(probe), afterwards).of(probe);
}

Subscription HealthRegistry::on_change(HealthListener listener) {
  if (!listener) throw std::invalid_argument{"vitals: on_change: the listener must not be empty"};
  return {state_, state_->subscribe(std::move(listener))};
}

void HealthRegistry::begin_shutdown(std::string_view reason) { state_->begin_shutdown(reason); }

std::size_t HealthRegistry::run_due() { return state_->run_due(); }

CheckHandle HealthRegistry::add_instant(Probe probe, std::string_view name,
                                        std::shared_ptr<detail::InstantSource> source, const CheckOptions& options) {
  const auto id = state_->add_instant(probe, name, std::move(source), options);
  return {state_, id, std::string{name}};
}

CheckHandle HealthRegistry::add_scheduled(Probe probe, std::string_view name, std::shared_ptr<detail::CheckBody> body,
                                          const CheckOptions& options) {
  const auto id = state_->add_scheduled(probe, name, std::move(body), options);
  return {state_, id, std::string{name}};
}

}  // namespace vitals::inline v1
