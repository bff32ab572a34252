#include <chrono>
#include <optional>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/kubelet.hpp>
#include <vitals/testing/manual_clock.hpp>
#include <vitals/testing/scripted_check.hpp>

#include "unit/testing/testing_kubelet_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using vitals::CheckResult;
using vitals::HealthRegistry;
using vitals::HttpGetProbe;
using vitals::PushedCheck;
using vitals::test::Kubelet;
using vitals::test::KubeletEvent;
using vitals::test::ManualClock;
using vitals::test::ScriptedCheck;
using vitals_test::liveness;
using vitals_test::readiness;

using KubeletTest = vitals_test::KubeletFixture;
using KubeletLivenessTest = vitals_test::KubeletFixture;
using KubeletReadinessTest = vitals_test::KubeletFixture;

TEST_F(KubeletTest, WithoutProbesIsReadyAtOnceAndNeverRestarts) {
  health_.add_liveness_check("loop", ScriptedCheck{}.fail());
  Kubelet kubelet{health_, clock_, {}};

  kubelet.advance(1h);

  EXPECT_TRUE(kubelet.started());
  EXPECT_TRUE(kubelet.ready());
  EXPECT_THAT(kubelet.events(), IsEmpty());
}

TEST_F(KubeletLivenessTest, RestartsAfterThreeFailures) {
  health_.add_liveness_check("loop", ScriptedCheck{}.fail("stuck"));
  Kubelet kubelet{health_, clock_, {.liveness = liveness}};

  kubelet.advance(20s - 1ns);
  EXPECT_EQ(kubelet.restarts(), 0);

  kubelet.advance(1ns);  // probed at 0 s, 10 s and 20 s
  EXPECT_EQ(kubelet.restarts(), 1);
  EXPECT_EQ(kubelet.restarted_at(), 20s);
  EXPECT_THAT(kubelet.events(),
              ElementsAre(KubeletEvent{20s, KubeletEvent::Kind::restarted, "liveness: status 503, 3 in a row"}));
}

TEST_F(KubeletLivenessTest, CountsFailuresInARowOnly) {
  health_.add_liveness_check("loop", ScriptedCheck{}.fail(2).pass().fail(2).pass());
  Kubelet kubelet{health_, clock_, {.liveness = liveness}};

  kubelet.advance(10min);

  EXPECT_EQ(kubelet.restarts(), 0);
}

TEST_F(KubeletLivenessTest, ForgivesAsManyFailuresAsItsThresholdSays) {
  health_.add_liveness_check("loop", ScriptedCheck{}.pass(2).fail());
  auto patient = liveness;
  patient.period = 5s;
  patient.failure_threshold = 4;
  Kubelet kubelet{health_, clock_, {.liveness = patient}};

  kubelet.advance(1min);

  EXPECT_EQ(kubelet.events().at(0).at, 25s);  // passes at 0 s and 5 s, fails at 10 s, 15 s, 20 s and 25 s
}

TEST_F(KubeletLivenessTest, StartsCountingOverAfterARestart) {
  health_.add_liveness_check("loop", ScriptedCheck{}.fail());
  Kubelet kubelet{health_, clock_, {.liveness = liveness}};

  kubelet.advance(49s);
  EXPECT_EQ(kubelet.restarts(), 1);

  kubelet.advance(1s);
  EXPECT_EQ(kubelet.restarts(), 2);
  EXPECT_EQ(kubelet.restarted_at(), 50s);
}

TEST_F(KubeletLivenessTest, IsNotProbedBeforeTheInitialDelay) {
  health_.add_liveness_check("loop", ScriptedCheck{}.fail());
  auto delayed = liveness;
  delayed.initial_delay = 15s;
  Kubelet kubelet{health_, clock_, {.liveness = delayed}};

  kubelet.advance(40s);

  EXPECT_EQ(kubelet.restarted_at(), 40s);  // the probes at 0 s and 10 s are too early; probed at 20 s, 30 s and 40 s
}

TEST_F(KubeletLivenessTest, CountsTheInitialDelayFromTheStartOfEachContainer) {
  health_.add_liveness_check("loop", ScriptedCheck{}.fail());
  auto delayed = liveness;
  delayed.initial_delay = 20s;
  Kubelet kubelet{health_, clock_, {.liveness = delayed}};

  kubelet.advance(80s);

  EXPECT_THAT(kubelet.events(), ElementsAre(Field(&KubeletEvent::at, 40s), Field(&KubeletEvent::at, 80s)));
}

TEST_F(KubeletLivenessTest, EndsWhenThePodTerminates) {
  const PushedCheck loop{CheckResult::pass()};
  health_.add_liveness_check("loop", loop);
  Kubelet kubelet{health_, clock_, {.liveness = liveness}};
  kubelet.advance(15s);

  kubelet.terminate();
  loop.set(CheckResult::fail("stopped"));
  kubelet.advance(10min);

  EXPECT_EQ(kubelet.restarts(), 0);
}

TEST_F(KubeletReadinessTest, IsFalseBeforeTheFirstProbe) {
  const Kubelet kubelet{health_, clock_, {.readiness = readiness}};

  EXPECT_FALSE(kubelet.ready());
  EXPECT_TRUE(kubelet.started());
}

TEST_F(KubeletReadinessTest, TurnsWithTheFirstSuccess) {
  health_.add_readiness_check("database", ScriptedCheck{}.fail("down").pass());
  Kubelet kubelet{health_, clock_, {.readiness = readiness}};

  kubelet.advance(0s);
  EXPECT_FALSE(kubelet.ready());

  kubelet.advance(10s);
  EXPECT_TRUE(kubelet.ready());
  EXPECT_THAT(kubelet.events(), ElementsAre(KubeletEvent{10s, KubeletEvent::Kind::ready, "readiness: status 200"}));
}

TEST_F(KubeletReadinessTest, NeedsAsManySuccessesInARowAsItsThresholdSays) {
  health_.add_readiness_check("database", ScriptedCheck{}.pass().fail().pass());
  auto cautious = readiness;
  cautious.success_threshold = 2;
  Kubelet kubelet{health_, clock_, {.readiness = cautious}};

  kubelet.advance(30s);

  EXPECT_THAT(kubelet.events(), ElementsAre(Field(&KubeletEvent::at, 30s)));
}

TEST_F(KubeletReadinessTest, IsLostAfterThreeFailuresAndRestartsNothing) {
  health_.add_readiness_check("database", ScriptedCheck{}.pass().fail("down"));
  Kubelet kubelet{health_, clock_, {.liveness = liveness, .readiness = readiness}};

  kubelet.advance(10min);

  EXPECT_FALSE(kubelet.ready());
  EXPECT_EQ(kubelet.restarts(), 0);
  EXPECT_THAT(kubelet.events(),
              ElementsAre(KubeletEvent{0s, KubeletEvent::Kind::ready, "readiness: status 200"},
                          KubeletEvent{30s, KubeletEvent::Kind::unready, "readiness: status 503, 3 in a row"}));
}

TEST_F(KubeletReadinessTest, IsLostByARestartUntilTheNextTurn) {
  health_.add_liveness_check("loop", ScriptedCheck{}.fail());
  Kubelet kubelet{health_, clock_, {.liveness = liveness, .readiness = readiness}};

  kubelet.advance(30s);

  EXPECT_THAT(kubelet.events(),
              ElementsAre(Field(&KubeletEvent::kind, KubeletEvent::Kind::ready),
                          Field(&KubeletEvent::kind, KubeletEvent::Kind::restarted),
                          KubeletEvent{20s, KubeletEvent::Kind::unready, "the container was replaced"},
                          KubeletEvent{30s, KubeletEvent::Kind::ready, "readiness: status 200"}));
}

TEST_F(KubeletReadinessTest, ContinuesWhenThePodTerminates) {
  Kubelet kubelet{health_, clock_, {.liveness = liveness, .readiness = readiness}};
  kubelet.advance(5s);

  kubelet.terminate();
  health_.begin_shutdown("SIGTERM");
  kubelet.advance(25s);

  EXPECT_FALSE(kubelet.ready());  // probed at 10 s, 20 s and 30 s
}

TEST_F(KubeletTest, TakesAForeignPathForAFailure) {
  Kubelet kubelet{health_, clock_, {.liveness = HttpGetProbe{.path = "/alive"}}};

  kubelet.advance(20s);

  ASSERT_EQ(kubelet.restarts(), 1);
  EXPECT_THAT(kubelet.events().at(0).message, HasSubstr("status 404"));
}

TEST_F(KubeletTest, ProbesTheEndpointThatItIsGiven) {
  Kubelet kubelet{health_, clock_, {.liveness = HttpGetProbe{.path = "/alive"}}, {.liveness_paths = {"/alive"}}};

  kubelet.advance(1min);

  EXPECT_EQ(kubelet.restarts(), 0);
}

TEST_F(KubeletTest, TakesAWarningForASuccess) {
  health_.add_readiness_check("cache", ScriptedCheck{}.warn("cold"));
  Kubelet kubelet{health_, clock_, {.readiness = readiness}};

  kubelet.advance(0s);

  EXPECT_TRUE(kubelet.ready());
}

TEST(KubeletRestartTest, MakesANewApplication) {
  struct Application {
    explicit Application(const ManualClock& clock) : health{{.clock = clock}} {}
    HealthRegistry health;
  };
  ManualClock clock;
  std::optional<Application> application;
  int starts = 0;
  const auto start = [&]() -> HealthRegistry& {
    auto& health = application.emplace(clock).health;
    health.add_liveness_check("loop", ++starts == 1 ? ScriptedCheck{}.fail("stuck") : ScriptedCheck{}.pass());
    return health;
  };
  Kubelet kubelet{start, clock, {.liveness = liveness}};

  kubelet.advance(10min);

  EXPECT_EQ(starts, 2);
  EXPECT_EQ(kubelet.restarts(), 1);
}

TEST(KubeletEventTest, IsShownInWords) {
  std::ostringstream out;

  out << KubeletEvent{12'305ms, KubeletEvent::Kind::unready, "readiness: status 503, 3 in a row"};

  EXPECT_EQ(out.str(), "12.305 s: unready (readiness: status 503, 3 in a row)");
}

TEST(KubeletEventTest, IsOfAKindThatIsShownInWords) {
  EXPECT_EQ(testing::PrintToString(KubeletEvent::Kind::restarted), "restarted");
}

}  // namespace
