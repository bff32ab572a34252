#include "grpc/services.hpp"

#include <algorithm>
#include <string>

#include "core/base/text.hpp"
#include "core/base/validator.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::size_t most_names = 100;

/// A check is judged by itself, as at "/ready/name". But clients must leave a service that drains, whatever they ask of
/// it; only a kubelet may ask for liveness.
ServingStatus status_of(const HealthModel& model, const std::string& check, SteadyTime now) noexcept {
  const auto* const found = model.checks().find(check);
  if (found == nullptr) return ServingStatus::service_unknown;
  const bool drains = model.life().shut_down && found->rules.probe == Probe::readiness &&
                      model.verdict_of(Probe::readiness, now).status == Status::fail;
  return drains || found->verdict.status == Status::fail ? ServingStatus::not_serving : ServingStatus::serving;
}

ServingStatus status_of(const HealthModel& model, const GrpcHealthName& name, SteadyTime now) noexcept {
  if (model.closed()) return ServingStatus::not_serving;
  if (const auto* const check = std::get_if<std::string>(&name.shows)) return status_of(model, *check, now);
  const auto probe = *std::get_if<Probe>(&name.shows);
  return model.verdict_of(probe, now).status == Status::fail ? ServingStatus::not_serving : ServingStatus::serving;
}

}  // namespace

Services::Services(const std::vector<GrpcHealthName>& names) {
  if (names.size() > most_names)
    Validator{"GrpcHealthOptions"}.refuse("names", "must be at most 100, not " + std::to_string(names.size()));
  for (const auto& builtin : {GrpcHealthName{"", Probe::readiness}, GrpcHealthName{"liveness", Probe::liveness},
                              GrpcHealthName{"readiness", Probe::readiness}, GrpcHealthName{"startup", Probe::startup}})
    add(builtin);
  for (const auto& name : names) add(name);
}

void Services::add(GrpcHealthName name) {
  const Validator validator{"GrpcHealthOptions::names"};
  const auto shown = safe_text(name.name, longest_service_name);
  const auto refuse = [&](std::string_view rule) { validator.refuse("\"" + shown + "\"", rule); };
  if (name.name.size() > longest_service_name) refuse("must have at most 200 bytes");
  if (shown != name.name) refuse("must be UTF-8 without control characters");
  if (find(name.name)) refuse("is there already");
  if (const auto* const check = std::get_if<std::string>(&name.shows); check != nullptr && !is_name(*check))
    refuse("must show a probe or the name of a check: [a-z0-9][a-z0-9._-]{0,63}");
  services_.emplace_back(std::move(name));
}

bool Services::update(const HealthModel& model, SteadyTime now) noexcept {
  bool changed = false;
  for (auto& service : services_) {
    const auto status = status_of(model, service.name, now);
    changed = service.status.exchange(status) != status || changed;
  }
  return changed;
}

std::optional<std::size_t> Services::find(std::string_view name) const noexcept {
  const auto found = std::find_if(services_.begin(), services_.end(),
                                  [&](const Service& service) { return service.name.name == name; });
  if (found == services_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - services_.begin());
}

ServingStatus Services::status(std::optional<std::size_t> service) const noexcept {
  if (!service) return ServingStatus::service_unknown;
  const auto status = services_[*service].status.load();
  return is_shut_down() && status == ServingStatus::serving ? ServingStatus::not_serving : status;
}

std::pair<ProbeSet, std::string_view> Services::shown_by(std::size_t service) const noexcept {
  const auto& shows = services_[service].name.shows;
  if (const auto* const check = std::get_if<std::string>(&shows)) return {ProbeSet::all(), *check};
  return {ProbeSet::of(*std::get_if<Probe>(&shows)), {}};
}

std::vector<std::pair<std::string_view, ServingStatus>> Services::list() const {
  std::vector<std::pair<std::string_view, ServingStatus>> known;
  for (std::size_t i = 0; i < services_.size(); ++i)
    if (const auto each = status(i); each != ServingStatus::service_unknown)
      known.emplace_back(services_[i].name.name, each);
  return known;
}

}  // namespace detail
}  // namespace vitals::inline v1
