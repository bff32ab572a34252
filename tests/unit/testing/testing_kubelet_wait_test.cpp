// A probe waits for the runs that it needs, for all at the same time and up to the answer budget, and for nothing else.

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/kubelet.hpp>
#include <vitals/testing/scripted_check.hpp>

#include "unit/testing/testing_kubelet_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using vitals::CheckResult;
using vitals::HealthRegistry;
using vitals::HttpGetProbe;
using vitals::PushedCheck;
using vitals::test::Kubelet;
using vitals::test::KubeletEvent;
using vitals::test::ScriptedCheck;
using vitals_test::liveness;
using vitals_test::readiness;

using KubeletWaitTest = vitals_test::KubeletFixture;

TEST_F(KubeletWaitTest, WaitsForSlowChecksTogether) {
  for (int i = 0; i < 5; ++i)
    health_.add_readiness_check("slow-" + std::to_string(i), ScriptedCheck{}.pass().taking(300ms, clock_));
  Kubelet kubelet{health_, clock_, {.readiness = readiness}};

  kubelet.advance(10min);

  EXPECT_THAT(kubelet.events(), ElementsAre(KubeletEvent{300ms, KubeletEvent::Kind::ready, "readiness: status 200"}));
}

TEST_F(KubeletWaitTest, HasAnAnswerThoughACheckOverruns) {
  health_.add_readiness_check("cache", ScriptedCheck{}.pass().pass().taking(2s, clock_), {.critical = false});
  Kubelet kubelet{health_, clock_, {.readiness = readiness}};

  kubelet.advance(10min);

  EXPECT_THAT(kubelet.events(), ElementsAre(KubeletEvent{0s, KubeletEvent::Kind::ready, "readiness: status 200"}));
}

TEST_F(KubeletWaitTest, IsNotDelayedByTheChecksOfOtherProbes) {
  health_.add_liveness_check("loop", ScriptedCheck{}.pass().taking(100ms, clock_));
  for (int i = 0; i < 3; ++i)
    health_.add_readiness_check("slow-" + std::to_string(i), ScriptedCheck{}.pass().taking(2s, clock_),
                                {.timeout = 3s, .schedule = vitals::every(7s)});
  auto strict = liveness;
  strict.failure_threshold = 1;
  Kubelet kubelet{health_, clock_, {.liveness = strict, .readiness = readiness}};

  kubelet.advance(10min);

  EXPECT_EQ(kubelet.restarts(), 0);
}

TEST_F(KubeletWaitTest, RestartsADeploymentWhoseCheckHangs) {
  health_.add_liveness_check("loop", ScriptedCheck{}.pass().hang());
  Kubelet kubelet{health_, clock_, {.liveness = liveness}};

  kubelet.advance(30s);

  EXPECT_EQ(kubelet.restarted_at(), 30s);  // probed at 10 s, where the hanging run begins, at 20 s and at 30 s
}

TEST_F(KubeletWaitTest, WaitsUntilTheRunIsLate) {
  health_.add_liveness_check("loop", ScriptedCheck{}.pass().hang(), {.timeout = 333ms});
  auto strict = liveness;
  strict.failure_threshold = 1;
  Kubelet kubelet{health_, clock_, {.liveness = strict}};

  kubelet.advance(11s);

  EXPECT_EQ(kubelet.restarted_at(), 10s + 333ms);
}

TEST_F(KubeletWaitTest, UsesTheLastResultOfARunInTheBackground) {
  const PushedCheck up{CheckResult::fail("starting")};
  health_.add_readiness_check("up", up);
  health_.add_readiness_check("slow", ScriptedCheck{}.pass().pass().taking(4s, clock_),
                              {.timeout = 5s, .schedule = vitals::every(8s)});
  Kubelet kubelet{health_, clock_, {.readiness = readiness}};
  kubelet.advance(9s);
  up.set(CheckResult::pass());

  kubelet.advance(1s);

  EXPECT_TRUE(kubelet.ready()) << "without a wait for the second run, which is under way";
  EXPECT_EQ(health_.report("slow").condition, vitals::Condition::running);
}

TEST_F(KubeletWaitTest, WaitsForOneCheckIfItsPathNamesOne) {
  health_.add_readiness_check("quick", ScriptedCheck{}.pass().taking(100ms, clock_));
  health_.add_readiness_check("slow", ScriptedCheck{}.pass().taking(400ms, clock_));
  Kubelet kubelet{health_, clock_, {.readiness = HttpGetProbe{.path = "/ready/quick"}}};

  kubelet.advance(1s);

  EXPECT_THAT(kubelet.events(), ElementsAre(Field(&KubeletEvent::at, 100ms)));
}

TEST_F(KubeletWaitTest, ContinuesToWaitInTheNextStep) {
  health_.add_readiness_check("slow", ScriptedCheck{}.pass().taking(300ms, clock_));
  Kubelet kubelet{health_, clock_, {.readiness = readiness}};

  kubelet.advance(299ms);
  EXPECT_THAT(kubelet.events(), IsEmpty());

  kubelet.advance(1ms);
  EXPECT_TRUE(kubelet.ready());
}

TEST_F(KubeletWaitTest, CountsOneMissedRunPerProbe) {
  health_.add_readiness_check("hung", ScriptedCheck{}.hang(), {.schedule = vitals::on_demand(0s)});
  Kubelet kubelet{health_, clock_, {.readiness = readiness}};
  kubelet.advance(9s);  // its first run was overdue at 500 ms

  kubelet.advance(1s);

  EXPECT_EQ(health_.report("hung").timeouts, 2U);
}

/// Readiness is probed at 0 s, and at 10 s, when its check takes this long; the answer budget exceeds the probe's
/// timeout.
class KubeletTimeoutTest : public KubeletWaitTest {
 protected:
  void probe_a_check_taking(vitals::Duration duration) {
    slow_health_.add_readiness_check("slow", ScriptedCheck{}.pass().pass().taking(duration, clock_), {.timeout = 3s});
    kubelet_.advance(11s);
  }

  HealthRegistry slow_health_{{.answer_budget = 5s, .clock = clock_}};
  Kubelet kubelet_{slow_health_, clock_, {.readiness = HttpGetProbe{.path = "/ready", .failure_threshold = 1}}};
};

TEST_F(KubeletTimeoutTest, AnAnswerThatTakesTheWholeTimeoutIsAFailure) {
  probe_a_check_taking(1s);

  EXPECT_THAT(kubelet_.events(), ElementsAre(Field(&KubeletEvent::kind, KubeletEvent::Kind::ready),
                                             KubeletEvent{11s, KubeletEvent::Kind::unready,
                                                          "readiness: no answer within 1 s, 1 in a row"}));
}

TEST_F(KubeletTimeoutTest, AnAnswerJustInTimeIsTaken) {
  probe_a_check_taking(1s - 1ns);

  EXPECT_TRUE(kubelet_.ready());
  EXPECT_THAT(kubelet_.events(), ElementsAre(Field(&KubeletEvent::kind, KubeletEvent::Kind::ready)));
}

}  // namespace
