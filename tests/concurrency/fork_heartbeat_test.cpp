// A forked child has a copy of its parent's bound heartbeat, but not its thread.

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include <vitals/heartbeat.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "support/child.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;

TEST(ForkedHeartbeatTest, SpeaksOfNoThreadUntilTheChildBindsItsOwn) {
  const vitals::test::ManualClock clock;
  const vitals::Heartbeat beat{4s};
  vitals::HealthRegistry parents{{.clock = clock}};
  parents.add_liveness_check("loop", beat);
  beat.bind_to_this_thread();
  const auto message_after = [&clock](vitals::HealthRegistry& health) {
    auto moved = clock;
    moved.advance(5s);
    health.run_due();
    return health.report("loop").message;
  };
  ASSERT_TRUE(message_after(parents).starts_with("silent for longer than 4 s: thread "));

  Child child{[&] {
    vitals::HealthRegistry health{{.clock = clock}};
    health.add_liveness_check("loop", beat);
    if (message_after(health) != "silent for longer than 4 s") _exit(1);
    beat.bind_to_this_thread();
    const auto own = "silent for longer than 4 s: thread " + std::to_string(getpid()) + " ";
    if (!message_after(health).starts_with(own)) _exit(2);
  }};

  EXPECT_EQ(child.wait(), 0);
}

}  // namespace
}  // namespace vitals_test
