#include <chrono>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/lifecycle.hpp>
#include <vitals/registry.hpp>

#include "support/refusal.hpp"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using vitals::Lifecycle;
using vitals::LifecycleOptions;
using vitals_test::refusal_of;

void nothing() {}

class LifecycleOptionsTest : public testing::Test {
 protected:
  std::string refusal(LifecycleOptions options) {
    return refusal_of([&] { const Lifecycle lifecycle{health_, std::move(options)}; });
  }
  static std::string refusal(Lifecycle& lifecycle, const char* name, vitals::Duration budget) {
    return refusal_of([&] { lifecycle.on_stop(name, nothing, budget); });
  }

  vitals::HealthRegistry health_;
};

TEST_F(LifecycleOptionsTest, AreRefusedOutOfRange) {
  EXPECT_EQ(refusal({.propagation_delay = 26s}),
            "vitals: LifecycleOptions: propagation_delay of 26 s doesn't fit: a grace_period of 30 s leaves 25 s");
  EXPECT_THAT(refusal({.propagation_delay = -1ns}), HasSubstr("propagation_delay must be 0 ns to 25 s"));
  EXPECT_EQ(refusal({.propagation_delay = 0s, .grace_period = 5s}),
            "vitals: LifecycleOptions: grace_period must be 6 s to 1 h, not 5 s");
  EXPECT_THAT(refusal({.grace_period = 6min + 5s}),
              HasSubstr("it leaves 6 min, which exceeds the registry's shutdown_limit of 5 min"));
}

TEST_F(LifecycleOptionsTest, AreAcceptedUpToTheirLimits) {
  EXPECT_EQ(refusal({.propagation_delay = 25s}), "");
  EXPECT_EQ(refusal({.propagation_delay = 1s, .grace_period = 6s}), "");
  EXPECT_EQ(refusal({.grace_period = 5min + 5s}), "");
}

TEST_F(LifecycleOptionsTest, RefuseCallbacksThatDontFit) {
  Lifecycle lifecycle{health_};
  lifecycle.on_stop("worker", nothing, 10s);

  EXPECT_THAT(refusal(lifecycle, "Worker", 1s), HasSubstr("a name is 1 to 64 characters"));
  EXPECT_THAT(refusal(lifecycle, "worker", 1s), HasSubstr("name is taken"));
  EXPECT_THAT(refusal(lifecycle, "cache", 0s), HasSubstr("budget must be 1 ms to 1 h"));
  EXPECT_THAT(refusal(lifecycle, "cache", 6s), HasSubstr("it makes 26 s, and a grace_period of 30 s leaves 25 s"));
  EXPECT_EQ(refusal_of([&] { lifecycle.on_stop_accepting("worker", nothing, 5s); }), "");
}

TEST_F(LifecycleOptionsTest, RefuseCallbacksOnceTheEndHasBegun) {
  Lifecycle lifecycle{health_, {.log = [](std::string_view) {}}};
  lifecycle.begin_shutdown("SIGTERM");
  lifecycle.step();

  EXPECT_THAT(refusal(lifecycle, "worker", 1s), HasSubstr("too late"));
}

TEST_F(LifecycleOptionsTest, RefuseCallbacksOnceTheEndIsRequestedEvenIfItHasNotBegun) {
  Lifecycle lifecycle{health_};

  lifecycle.begin_shutdown("SIGTERM");

  EXPECT_THAT(refusal(lifecycle, "worker", 1s), HasSubstr("too late"));
  EXPECT_THAT(refusal_of([&] { lifecycle.on_stop_accepting("web", nothing); }), HasSubstr("too late"));
}

}  // namespace
