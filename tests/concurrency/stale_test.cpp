// What is no longer known counts as failed: without a Runner, after its end, and whatever the wall clock does.

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "support/probe.hpp"
#include "support/responses.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;

TEST(StaleServiceTest, WithoutARunnerReadinessFailsAndSaysWhy) {
  HealthRegistry health;
  health.add_readiness_check("database", [] { return true; });
  const Endpoint endpoint{health, {.details = Callers::anyone}};

  const auto answer = get(endpoint, "/ready?verbose");

  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find("no runner"), std::string::npos) << answer.body;
}

TEST(StaleServiceTest, AfterTheEndOfItsRunnerEveryProbeFailsOnceItIsStale) {
  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  health.add_liveness_check("loop", [] { return true; });
  health.add_readiness_check("database", [] { return true; });
  const Endpoint endpoint{health};
  {
    const Runner runner{health};
    ASSERT_EQ(get(endpoint, "/healthz").status, 200);
    ASSERT_EQ(get(endpoint, "/ready").status, 200);
  }

  clock.advance(30s + 1ns);

  EXPECT_EQ(get(endpoint, "/healthz").status, 503);
  EXPECT_EQ(get(endpoint, "/ready").status, 503);
}

/// The system's steady clock, and a wall clock that jumps on every call.
class JumpingClock final : public Clock::Source {
 public:
  [[nodiscard]] SteadyTime steady_now() const noexcept override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] WallTime wall_now() const noexcept override {
    constexpr auto ten_years = 24h * 3652;
    const auto readings = readings_.fetch_add(1);
    return WallTime{24h * 20'000} + (readings % 2 == 0 ? ten_years : -ten_years);
  }

 private:
  mutable std::atomic<unsigned> readings_ = 0;
};

TEST(StaleServiceTest, AJumpingWallClockChangesNothing) {
  HealthRegistry health{{.clock = Clock{std::make_shared<JumpingClock>()}}};
  const Heartbeat beat{1h};
  Counter runs;
  health.add_liveness_check("beat", beat);
  health.add_readiness_check("queue", [&] { runs.add(); }, {.timeout = 1min, .schedule = every(1ms)});
  health.add_readiness_check("flag", PushedCheck{CheckResult::pass(), {.valid_for = 1h}});
  Counter transitions;
  const auto subscription = health.on_change([&](const HealthEvent& event) {
    if (event.from == Status::pass) transitions.add();
  });
  const Runner runner{health};

  runs.await(100);

  EXPECT_EQ(transitions.value(), 0);
  EXPECT_EQ(health.report(Probe::liveness).status(), Status::pass);
  EXPECT_EQ(health.report(Probe::readiness).status(), Status::pass);
}

}  // namespace
}  // namespace vitals::test
