#include "core/model/probe_rules.hpp"

#include "core/base/moments.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

// While starting, failing liveness checks don't count, but only up to the deadline.
ProbeVerdict judge_liveness(const Life& life, const RegistryOptions& options, SteadyTime now) noexcept {
  const auto& tally = life.of(Probe::liveness);
  const auto deadline = life.constructed + options.startup_limit;
  if (!life.starting() || now > deadline) return {tally.worst()};
  return {tally.any_warns() ? Status::warn : Status::pass, "", just_after(deadline)};
}

}  // namespace

ProbeVerdict judge(Probe probe, const Life& life, const RegistryOptions& options, SteadyTime now) noexcept {
  switch (probe) {
    case Probe::liveness: return judge_liveness(life, options, now);
    case Probe::readiness:
      if (life.starting()) return {Status::fail, "starting"};
      return {life.of(Probe::readiness).worst()};
    case Probe::startup: return {life.of(Probe::startup).worst()};
  }
  return {Status::fail};
}

}  // namespace detail
}  // namespace vitals::inline v1
