#include "core/model/reports.hpp"

#include <algorithm>
#include <utility>

namespace vitals::inline v1 {
namespace detail {

namespace {

std::string reason_of(const Report& report) {
  if (!report.reason().empty() || report.status() == Status::pass) return report.reason();
  for (const auto& check : report.checks())
    if (counted(check) == report.status())
      return check.message.empty() ? check.name : check.name + ": " + check.message;
  return {};
}

}  // namespace

std::string reason_of(const HealthModel& model, Probe probe, const ProbeVerdict& verdict) {
  if (*verdict.reason != '\0') return verdict.reason;
  if (const auto& kept = model.kept(probe)) return reason_of(*kept);
  if (verdict.status == Status::pass) return {};
  const auto* first = model.life().of(probe).first(verdict.status);
  if (first == nullptr) return {};
  const auto why = reason_of(*first);
  return why.empty() ? first->name : first->name + ": " + std::string{why};
}

Report report_of(const HealthModel& model, Probe probe, const Moment& now) {
  const auto verdict = model.verdict_of(probe, now.steady);
  if (const auto& kept = model.kept(probe)) {
    if (kept->status() == verdict.status) return *kept;
    return Report{{probe, verdict.status, verdict.reason, now.wall, kept->checks(), true}};
  }
  Report::Data data{probe, verdict.status, verdict.reason, now.wall, {}, *verdict.reason != '\0'};
  data.checks.reserve(model.life().of(probe).size());
  for (const auto& [id, check] : model.checks().all())
    if (check->rules.probe == probe) data.checks.push_back(report_of(*check));
  return Report{std::move(data)};
}

std::optional<CheckSnapshot> report_of(const HealthModel& model, std::string_view name, const Moment& now) {
  const auto* check = model.checks().find(name);
  if (check == nullptr) return std::nullopt;
  const auto& kept = model.kept(check->rules.probe);
  if (!kept) return CheckSnapshot{report_of(*check), now.wall};
  const auto* report = kept->find(name);
  return report != nullptr ? std::optional{CheckSnapshot{*report, kept->time()}} : std::nullopt;
}

SteadyTime valid_until(const HealthModel& model, Probe probe, SteadyTime now) noexcept {
  return std::min(
      {model.verdict_of(probe, now).valid_until, model.checks().first_expiry(probe), model.checks().first_want(probe)});
}

}  // namespace detail
}  // namespace vitals::inline v1
