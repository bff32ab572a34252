#include <memory>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/lifecycle.hpp>
#include <vitals/metrics.hpp>
#include <vitals/registry.hpp>

namespace {

using testing::EndsWith;
using vitals::metrics_text;

TEST(LifecycleMetricsTest, CountTheWorkInFlight) {
  vitals::HealthRegistry health;
  vitals::Lifecycle lifecycle{health};

  auto first = lifecycle.begin_work();
  const auto second = lifecycle.begin_work();
  EXPECT_THAT(metrics_text(health), EndsWith("\nvitals_in_flight_work 2\n"));

  { const auto ended = std::move(first); }
  EXPECT_THAT(metrics_text(health), EndsWith("\nvitals_in_flight_work 1\n"));
}

TEST(LifecycleMetricsTest, CountWorkThatOutlivesTheLifecycle) {
  vitals::HealthRegistry health;
  auto lifecycle = std::make_unique<vitals::Lifecycle>(health);
  auto work = lifecycle->begin_work();

  lifecycle.reset();
  EXPECT_THAT(metrics_text(health), EndsWith("\nvitals_in_flight_work 1\n"));

  work = {};
  EXPECT_THAT(metrics_text(health), EndsWith("\nvitals_in_flight_work 0\n"));
}

TEST(LifecycleMetricsTest, CountTheWorkOfTheLastLifecycle) {
  vitals::HealthRegistry health;
  { const vitals::Lifecycle first{health}; }
  vitals::Lifecycle second{health};

  const auto work = second.begin_work();

  EXPECT_THAT(metrics_text(health), EndsWith("\nvitals_in_flight_work 1\n"));
}

}  // namespace
