#include <chrono>
#include <stdexcept>

#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/runner.hpp>
#include <vitals/testing/kubelet.hpp>
#include <vitals/testing/manual_clock.hpp>
#include <vitals/testing/scripted_check.hpp>

#include "support/refusal.hpp"
#include "unit/testing/testing_kubelet_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::HealthRegistry;
using vitals::test::Kubelet;
using vitals::test::ManualClock;
using vitals::test::ScriptedCheck;
using vitals_test::liveness;

using KubeletTimeTest = vitals_test::KubeletFixture;

TEST_F(KubeletTimeTest, RunsTheChecksThatAreDueBetweenTheProbes) {
  const auto background = ScriptedCheck{}.pass();
  health_.add_readiness_check("background", background, {.schedule = vitals::every(1s)});
  Kubelet kubelet{health_, clock_, {}};

  kubelet.advance(100s);

  EXPECT_GE(background.runs(), 90);  // 10 % of jitter either way
  EXPECT_LE(background.runs(), 112);
}

TEST_F(KubeletTimeTest, IsTheSameInOneStepAndInMany) {
  health_.add_liveness_check("loop", ScriptedCheck{}.pass().fail());
  Kubelet kubelet{health_, clock_, {.liveness = liveness}};

  for (int step = 0; step < 450; ++step) kubelet.advance(70ms);

  EXPECT_EQ(kubelet.restarts(), 1);
  EXPECT_EQ(kubelet.restarted_at(), 30s);
}

TEST_F(KubeletTimeTest, TurnsThatWereMissedAreSkipped) {
  const auto loop = ScriptedCheck{}.pass();
  health_.add_liveness_check("loop", loop);
  Kubelet kubelet{health_, clock_, {.liveness = liveness}};
  kubelet.advance(0s);

  clock_.advance(35s);
  kubelet.advance(5s);

  EXPECT_EQ(loop.runs(), 3);  // at 0 s, once at 35 s, and at 40 s
}

TEST_F(KubeletTimeTest, RefusesARegistryOnAnotherClock) {
  HealthRegistry on_the_systems;
  HealthRegistry on_another{{.clock = ManualClock{}}};

  for (auto* registry : {&on_the_systems, &on_another}) {
    EXPECT_EQ(vitals_test::refusal_of([&] {
                const Kubelet kubelet{*registry, clock_, {.liveness = liveness}};
              }),
              "vitals: Kubelet: the registry has another clock");
  }
}

TEST_F(KubeletTimeTest, RefusesAnEmptyFunctionToStartContainers) {
  EXPECT_THROW((Kubelet{Kubelet::StartContainer{}, clock_, {.liveness = liveness}}), std::invalid_argument);
}

TEST_F(KubeletTimeTest, RefusesANewContainerOnAnotherClock) {
  HealthRegistry other;
  health_.add_liveness_check("loop", ScriptedCheck{}.fail());
  int starts = 0;
  Kubelet kubelet{[&]() -> HealthRegistry& { return ++starts == 1 ? health_ : other; }, clock_, {.liveness = liveness}};

  EXPECT_THROW(kubelet.advance(20s), std::invalid_argument);
}

TEST_F(KubeletTimeTest, RefusesARegistryThatARunnerRuns) {
  Kubelet kubelet{health_, clock_, {.liveness = liveness}};
  {
    const vitals::Runner runner{health_};

    EXPECT_THROW((Kubelet{health_, clock_, {.liveness = liveness}}), std::invalid_argument);
    EXPECT_THROW(kubelet.advance(1s), std::invalid_argument);
  }
  EXPECT_NO_THROW(kubelet.advance(1s));
}

TEST_F(KubeletTimeTest, DoesNotGoBack) {
  Kubelet kubelet{health_, clock_, {}};

  EXPECT_THROW(kubelet.advance(-1ns), std::invalid_argument);
}

}  // namespace
