#pragma once

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/systemd.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "support/notify_listener.hpp"

namespace vitals_test {

using namespace std::chrono_literals;

/// A service whose time a test moves by hand, and what its manager receives.
class SystemdTest : public testing::Test {
 protected:
  ~SystemdTest() override {
    ::unsetenv("WATCHDOG_USEC");
    ::unsetenv("WATCHDOG_PID");
  }

  static void watch_every(std::chrono::microseconds interval) {
    ::setenv("WATCHDOG_USEC", std::to_string(interval.count()).c_str(), 1);
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  }

  /// What is sent when the checks that are due have run.
  std::vector<std::string> run() {
    health->run_due();
    return manager.received();
  }
  std::vector<std::string> run_after(vitals::Duration time) {
    clock.advance(time);
    return run();
  }
  /// A service that is ready. What it has sent is dropped.
  void start(vitals::SystemdOptions options = {}) {
    systemd.emplace(*health, options);
    run();
  }

  NotifyListener manager;
  vitals::test::ManualClock clock;
  std::optional<vitals::HealthRegistry> health{std::in_place, vitals::RegistryOptions{.clock = clock}};
  std::optional<vitals::SystemdNotifier> systemd;
};

}  // namespace vitals_test
