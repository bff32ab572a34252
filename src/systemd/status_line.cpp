#include "systemd/status_line.hpp"

#include <string_view>

#include "core/base/text.hpp"
#include "core/model/reports.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::size_t longest = 1024;

std::string line(std::string_view state, const std::string& reason) {
  std::string text{state};
  if (!reason.empty()) text += ": " + reason;
  return safe_text(text, longest);
}

}  // namespace

// What decides most comes first. Draining has a reason of its own, unless readiness stays as it was.
std::string status_line(const HealthModel& model, SteadyTime now) {
  const auto status = [&](Probe probe) { return model.verdict_of(probe, now).status; };
  const auto reason = [&](Probe probe) { return reason_of(model, probe, model.verdict_of(probe, now)); };
  if (status(Probe::liveness) == Status::fail) return line("not alive", reason(Probe::liveness));
  if (model.life().shut_down) return line("draining", model.kept(Probe::readiness)->reason());
  if (model.life().starting()) return line("starting", reason(Probe::startup));
  switch (status(Probe::readiness)) {
    case Status::pass: break;
    case Status::warn: return line("ready, degraded", reason(Probe::readiness));
    case Status::fail: return line("not ready", reason(Probe::readiness));
  }
  if (status(Probe::liveness) == Status::warn) return line("ready, degraded", reason(Probe::liveness));
  return "ready";
}

}  // namespace detail
}  // namespace vitals::inline v1
