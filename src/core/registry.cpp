#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <vitals/registry.hpp>

#include "core/base/text.hpp"
#include "core/state/checks.hpp"
#include "core/state/listeners.hpp"
#include "core/state/probes.hpp"
#include "core/state/runs.hpp"

namespace vitals::inline v1 {
namespace detail {

std::shared_ptr<RegistryState> state_of(const HealthRegistry& registry) noexcept { return registry.state_; }

}  // namespace detail

HealthRegistry::HealthRegistry(RegistryOptions options)
    : state_{std::make_shared<detail::RegistryState>(std::move(options))} {}

HealthRegistry::~HealthRegistry() {
  if (state_->in_another_process())
    detail::leak(std::move(state_));
  else
    detail::close(*state_);
}

Report HealthRegistry::report(Probe probe) const {
  detail::Effects effects{*state_};
  return detail::snapshot(*state_, detail::ProbeSet::of(probe), effects).of(probe);
}

CheckReport HealthRegistry::report(Text name) const {
  auto found = detail::snapshot(*state_, detail::ProbeSet::all(), name);
  if (!found) throw std::out_of_range{"vitals: there is no check \"" + detail::safe_text(name, 80) + "\""};
  return std::move(found->check);
}

Subscription HealthRegistry::on_change(HealthListener listener) {
  if (!listener) throw std::invalid_argument{"vitals: on_change: the listener must not be empty"};
  return {state_, detail::subscribe(*state_, std::move(listener))};
}

void HealthRegistry::begin_shutdown(Text reason) {
  detail::begin_shutdown(*state_, detail::redacted(state_->redactor, reason));
}

std::size_t HealthRegistry::run_due() { return detail::run_due(*state_); }

CheckHandle HealthRegistry::add_instant(Probe probe, std::string_view name,
                                        std::shared_ptr<detail::InstantSource> source, const CheckOptions& options) {
  std::string handle_name{name};  // may throw, so before anything changes
  const auto id = detail::add_instant(*state_, probe, name, std::move(source), options);
  return {state_, id, std::move(handle_name)};
}

CheckHandle HealthRegistry::add_scheduled(Probe probe, std::string_view name, std::shared_ptr<detail::CheckBody> body,
                                          const CheckOptions& options) {
  std::string handle_name{name};
  const auto id = detail::add_scheduled(*state_, probe, name, std::move(body), options);
  return {state_, id, std::move(handle_name)};
}

}  // namespace vitals::inline v1
