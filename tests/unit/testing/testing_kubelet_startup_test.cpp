#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/kubelet.hpp>
#include <vitals/testing/manual_clock.hpp>
#include <vitals/testing/scripted_check.hpp>

#include "support/refusal.hpp"
#include "unit/testing/testing_kubelet_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using vitals::CheckResult;
using vitals::ContainerProbes;
using vitals::HealthRegistry;
using vitals::HttpGetProbe;
using vitals::PushedCheck;
using vitals::test::Kubelet;
using vitals::test::KubeletEvent;
using vitals::test::ManualClock;
using vitals::test::ScriptedCheck;
using vitals_test::liveness;

/// The startup probe requests readiness, so that the kubelet, not the registry, holds back the other probes.
class KubeletStartupTest : public vitals_test::KubeletFixture {
 protected:
  static constexpr int endless = 1000;

  PushedCheck up_{CheckResult::fail("starting")};
  const HttpGetProbe startup_{.path = "/ready", .failure_threshold = endless};
};

TEST_F(KubeletStartupTest, HoldsLivenessBackUntilItHasSucceeded) {
  health_.add_readiness_check("up", up_);
  health_.add_liveness_check("loop", ScriptedCheck{}.fail());
  Kubelet kubelet{health_, clock_, {.liveness = liveness, .startup = startup_}};

  kubelet.advance(35s);
  EXPECT_FALSE(kubelet.started());
  EXPECT_THAT(kubelet.events(), IsEmpty());

  up_.set(CheckResult::pass());
  kubelet.advance(35s);
  EXPECT_THAT(kubelet.events(), Contains(KubeletEvent{40s, KubeletEvent::Kind::started, "startup: status 200"}));
  EXPECT_EQ(kubelet.restarted_at(), 70s);  // probed at 50 s, 60 s and 70 s
}

TEST_F(KubeletStartupTest, HoldsReadinessBackUntilItHasSucceeded) {
  health_.add_readiness_check("up", up_);
  Kubelet kubelet{health_, clock_, {.readiness = HttpGetProbe{.path = "/healthz"}, .startup = startup_}};

  kubelet.advance(35s);
  EXPECT_FALSE(kubelet.ready());

  up_.set(CheckResult::pass());
  kubelet.advance(5s);
  EXPECT_TRUE(kubelet.ready());
}

TEST_F(KubeletStartupTest, AloneMakesThePodReady) {
  health_.add_readiness_check("up", up_);
  Kubelet kubelet{health_, clock_, {.startup = startup_}};
  kubelet.advance(0s);
  EXPECT_FALSE(kubelet.ready());

  up_.set(CheckResult::pass());
  kubelet.advance(10s);

  EXPECT_TRUE(kubelet.ready());
}

TEST_F(KubeletStartupTest, IsOverOnceItHasSucceeded) {
  health_.add_readiness_check("up", up_);
  auto strict = startup_;
  strict.failure_threshold = 1;
  up_.set(CheckResult::pass());
  Kubelet kubelet{health_, clock_, {.startup = strict}};
  kubelet.advance(0s);

  up_.set(CheckResult::fail("broken"));
  kubelet.advance(10min);

  EXPECT_TRUE(kubelet.started());
  EXPECT_EQ(kubelet.restarts(), 0);
}

TEST_F(KubeletStartupTest, RestartsAfterItsFailures) {
  health_.add_readiness_check("up", up_);
  auto hasty = startup_;
  hasty.period = 5s;
  hasty.failure_threshold = 2;
  Kubelet kubelet{health_, clock_, {.startup = hasty}};

  kubelet.advance(10s);

  EXPECT_THAT(kubelet.events(),
              ElementsAre(KubeletEvent{5s, KubeletEvent::Kind::restarted, "startup: status 503, 2 in a row"}));
}

TEST_F(KubeletStartupTest, StartsOverAfterARestart) {
  health_.add_readiness_check("up", up_);
  health_.add_liveness_check("loop", ScriptedCheck{}.fail());
  up_.set(CheckResult::pass());
  Kubelet kubelet{health_, clock_, {.liveness = liveness, .startup = startup_}};

  kubelet.advance(30s);  // liveness is probed at 10 s, 20 s and 30 s
  EXPECT_EQ(kubelet.restarts(), 1);
  EXPECT_FALSE(kubelet.started());

  kubelet.advance(10s);
  EXPECT_TRUE(kubelet.started());
}

TEST_F(KubeletStartupTest, IsTakenAsSucceededWhenThePodTerminates) {
  health_.add_readiness_check("up", up_);
  Kubelet kubelet{health_, clock_, {.startup = startup_}};
  kubelet.advance(5s);

  kubelet.terminate();
  EXPECT_FALSE(kubelet.started());
  kubelet.advance(5s);

  EXPECT_TRUE(kubelet.started());
}

struct Refusal {
  ContainerProbes probes;
  const char* words;
};

class KubeletRefusalTest : public testing::TestWithParam<Refusal> {};

TEST_P(KubeletRefusalTest, NamesTheProbeAndTheRule) {
  const ManualClock clock;
  HealthRegistry health{{.clock = clock}};

  EXPECT_THAT(vitals_test::refusal_of([&] {
                const Kubelet kubelet{health, clock, GetParam().probes};
              }),
              HasSubstr(GetParam().words));
}

INSTANTIATE_TEST_SUITE_P(
    Samples, KubeletRefusalTest,
    testing::Values(Refusal{{.liveness = HttpGetProbe{.path = "healthz"}}, "liveness probe: the path begins with '/'"},
                    Refusal{{.liveness = HttpGetProbe{.initial_delay = -1s}}, "liveness probe: initial_delay"},
                    Refusal{{.liveness = HttpGetProbe{.timeout = 0s}}, "liveness probe: timeout"},
                    Refusal{{.readiness = HttpGetProbe{.period = 0s}}, "readiness probe: period"},
                    Refusal{{.readiness = HttpGetProbe{.success_threshold = 0}}, "readiness probe: success_threshold"},
                    Refusal{{.liveness = HttpGetProbe{.success_threshold = 2}}, "success_threshold is 1"},
                    Refusal{{.startup = HttpGetProbe{.success_threshold = 2}}, "startup probe: success_threshold is 1"},
                    Refusal{{.startup = HttpGetProbe{.failure_threshold = 0}}, "startup probe: failure_threshold"}));

TEST_F(KubeletStartupTest, StartsOverAfterACrash) {
  health_.add_readiness_check("up", up_);
  Kubelet kubelet{health_, clock_, {.readiness = HttpGetProbe{.path = "/healthz"}, .startup = startup_}};
  up_.set(CheckResult::pass());
  kubelet.advance(15s);
  up_.set(CheckResult::fail("starting"));

  kubelet.crash();
  kubelet.advance(15s);

  EXPECT_FALSE(kubelet.started());
  EXPECT_FALSE(kubelet.ready());
  EXPECT_EQ(kubelet.restarted_at(), 15s);
  EXPECT_THAT(kubelet.events(), Contains(KubeletEvent{15s, KubeletEvent::Kind::restarted, "the process has ended"}));
}

}  // namespace
