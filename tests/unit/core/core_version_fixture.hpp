#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <gtest/gtest.h>

#include <vitals/handles.hpp>
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
  /// Adds an asynchronous check whose runs the test completes with `done_`.
  vitals::CheckHandle add_remote_check(const vitals::CheckOptions& options = {}) {
    return health_.add_readiness_check(
        "remote",
        [this](const vitals::CheckContext&, const vitals::CheckCompletion& completion) { done_ = completion; },
        options);
  }
  /// Adds one that has passed once, and is due again.
  void add_due_remote_check() {
    add_remote_check({.schedule = vitals::every(std::chrono::seconds{5})});
    health_.run_due();
    (*done_)(vitals::CheckResult::pass());
    clock_.advance(std::chrono::seconds{6});
  }

  std::optional<vitals::CheckCompletion> done_;
  vitals::test::ManualClock clock_;
  vitals::HealthRegistry health_{{.clock = clock_}};
};

}  // namespace vitals_test
