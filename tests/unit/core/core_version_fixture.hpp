#pragma once

#include <cstdint>

#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "core/state/registry_state.hpp"

namespace vitals_test {

class VersionFixture : public testing::Test {
 protected:
  std::uint64_t version() const { return vitals::detail::state_of(health_)->version; }
  /// Returns whether `action` changes the version.
  template <class Action>
  bool changes(Action action) const {
    const auto before = version();
    action();
    return version() != before;
  }
  /// Computed without running anything.
  vitals::SteadyTime valid_until(vitals::Probe probe) const {
    (void)health_.report(probe);
    return vitals::SteadyTime{
        vitals::Duration{vitals::detail::state_of(health_)->valid_until[vitals::detail::index_of(probe)]}};
  }
  bool still_holds(std::uint64_t version) const {
    return vitals::detail::state_of(health_)->still_holds(vitals::detail::ProbeSet::of(vitals::Probe::readiness),
                                                          version);
  }

  vitals::test::ManualClock clock_;
  vitals::HealthRegistry health_{{.clock = clock_}};
};

}  // namespace vitals_test
