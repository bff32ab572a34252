#pragma once

// Not a part of a service: a registry whose checks run when the program says so.

#include <chrono>
#include <string>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "../ask.hpp"

struct Trial {
  vitals::test::ManualClock clock;
  vitals::HealthRegistry health{{.clock = clock}};

  /// Lets so much time pass that every check is due, runs them, and returns what is known about one of them.
  vitals::CheckReport run(const std::string& check) {
    clock.advance(std::chrono::seconds{16});
    health.run_due();
    return health.report(check);
  }
  /// Whether a probe would be answered with 200.
  [[nodiscard]] bool is_good(vitals::Probe probe) const {
    return health.report(probe).status() != vitals::Status::fail;
  }
};
