#pragma once

#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/testing/kubelet.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace vitals_test {

// With Kubernetes' defaults: period 10 s, timeout 1 s, thresholds 1 and 3.
inline const vitals::HttpGetProbe liveness{.path = "/healthz"};
inline const vitals::HttpGetProbe readiness{.path = "/ready"};

class KubeletFixture : public testing::Test {
 protected:
  vitals::test::ManualClock clock_;
  vitals::HealthRegistry health_{{.clock = clock_}};
};

}  // namespace vitals_test
