#include <chrono>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/testing/kubelet.hpp>
#include <vitals/testing/manual_clock.hpp>
#include <vitals/testing/scripted_check.hpp>

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Field;
using vitals::HealthRegistry;
using vitals::test::HttpGetProbe;
using vitals::test::Kubelet;
using vitals::test::KubeletEvent;
using vitals::test::ManualClock;
using vitals::test::ScriptedCheck;

const HttpGetProbe liveness{.path = "/healthz"};
const HttpGetProbe readiness{.path = "/ready"};

class KubeletTimeTest : public testing::Test {
 protected:
  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
};

class KubeletTimeoutTest : public KubeletTimeTest {
 protected:
  /// Readiness is asked at 0 s, and at 10 s when its check takes so long.
  void probe_a_check_taking(vitals::Duration duration) {
    slow_health_.add_readiness_check("slow", ScriptedCheck{}.pass().pass().taking(duration, clock_), {.timeout = 3s});
    kubelet_.advance(11s);
  }

  HealthRegistry slow_health_{{.answer_budget = 5s, .clock = clock_}};
  Kubelet kubelet_{slow_health_, clock_, {.readiness = HttpGetProbe{.path = "/ready", .failure_threshold = 1}}};
};

TEST_F(KubeletTimeoutTest, AnAnswerThatTakesSoLongIsAFailure) {
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

TEST_F(KubeletTimeTest, AChecksTimeInTheBackgroundIsNotTheProbes) {
  health_.add_readiness_check("slow", ScriptedCheck{}.pass().taking(2s, clock_),
                              {.timeout = 3s, .schedule = vitals::every(20s)});
  Kubelet kubelet{health_, clock_, {.readiness = readiness}};

  kubelet.advance(1s);

  EXPECT_TRUE(kubelet.ready());
}

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

TEST_F(KubeletTimeTest, DoesNotGoBack) {
  Kubelet kubelet{health_, clock_, {}};

  EXPECT_THROW(kubelet.advance(-1ns), std::invalid_argument);
}

}  // namespace
