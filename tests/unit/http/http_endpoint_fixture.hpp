#pragma once

#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/handles.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace vitals::inline v1::test {

/// A registry with one check per probe, whose results the test sets.
class EndpointTest : public testing::Test {
 protected:
  EndpointTest() {
    health.add_liveness_check("loop", loop);
    health.add_readiness_check("database", database);
    health.add_startup_check("migration", migration);
  }

  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  PushedCheck loop{CheckResult::pass()};
  PushedCheck database{CheckResult::pass()};
  PushedCheck migration{CheckResult::pass()};
  Endpoint endpoint{health};
};

}  // namespace vitals::inline v1::test
