#include "testing/probe_worker.hpp"

#include <stdexcept>
#include <utility>

namespace vitals::inline v1 {
namespace detail {
namespace {

using std::chrono::seconds;

void require(bool rule_kept, Probe probe, const char* rule) {
  if (!rule_kept)
    throw std::invalid_argument{"vitals: Kubelet: " + std::string{to_string(probe)} + " probe: " + std::string{rule}};
}

HttpGetProbe valid(Probe probe, HttpGetProbe spec) {
  require(spec.path.starts_with('/'), probe, "the path begins with '/'");
  require(spec.initial_delay >= seconds{0}, probe, "initial_delay is at least 0 s");
  require(spec.timeout >= seconds{1}, probe, "timeout is at least 1 s");
  require(spec.period >= seconds{1}, probe, "period is at least 1 s");
  require(spec.success_threshold >= 1, probe, "success_threshold is at least 1");
  require(spec.success_threshold == 1 || probe == Probe::readiness, probe, "success_threshold is 1");
  require(spec.failure_threshold >= 1, probe, "failure_threshold is at least 1");
  return spec;
}

ProbeResult initial_result(Probe probe) {
  switch (probe) {
    case Probe::liveness: return ProbeResult::success;
    case Probe::readiness: return ProbeResult::failure;
    case Probe::startup: return ProbeResult::unknown;
  }
  return ProbeResult::unknown;
}

}  // namespace

ProbeWorker::ProbeWorker(Probe probe, HttpGetProbe spec, SteadyTime first_turn)
    : probe_{probe}, spec_{valid(probe, std::move(spec))}, next_turn_{first_turn}, result_{initial_result(probe)} {}

bool ProbeWorker::take_turn(const ContainerState& container, SteadyTime now) {
  next_turn_ += spec_.period * ((now - next_turn_) / spec_.period + 1);
  if (ended_ || on_hold_) return false;
  if (container.terminating && replaces_containers()) {
    result_ = ProbeResult::success;
    ended_ = true;
    return false;
  }
  if (now - container.started_at < spec_.initial_delay) return false;
  return container.started == (probe_ != Probe::startup);
}

void ProbeWorker::record(bool success) {
  const auto found = success ? ProbeResult::success : ProbeResult::failure;
  in_a_row_ = found == last_ ? in_a_row_ + 1 : 1;
  last_ = found;
  if (in_a_row_ < (success ? spec_.success_threshold : spec_.failure_threshold)) return;
  result_ = found;
  if (success || !replaces_containers()) return;
  on_hold_ = true;
  in_a_row_ = 0;
}

// As in the kubelet, results in a row are counted across the replacement.
void ProbeWorker::replace_container() noexcept {
  result_ = initial_result(probe_);
  on_hold_ = false;
}

}  // namespace detail
}  // namespace vitals::inline v1
