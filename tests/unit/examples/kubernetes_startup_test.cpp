// What Kubernetes would do when the example server starts, by the numbers of its manifest. The first probes come at
// once, then startup and readiness every 5 s and liveness every 10 s. Startup may fail 120 times in a row, the others 3
// times.

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/testing/kubelet.hpp>

#include "support/manifest.hpp"
#include "support/probe_codes.hpp"
#include "unit/examples/kubernetes_pod_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using vitals::ContainerProbes;
using vitals::Duration;
using vitals::Probe;
using vitals::Status;
using vitals::test::KubeletEvent;
using vitals_test::Pod;
using vitals_test::ProbeCodes;
using vitals_test::serving_codes;
using vitals_test::starting_codes;

const ProbeCodes without_database{.startup = 200, .liveness = 200, .readiness = 503};

KubeletEvent started(Duration at) { return {at, KubeletEvent::Kind::started, "startup: status 200"}; }
KubeletEvent ready(Duration at) { return {at, KubeletEvent::Kind::ready, "readiness: status 200"}; }
KubeletEvent unready(Duration at) { return {at, KubeletEvent::Kind::unready, "readiness: status 503, 3 in a row"}; }
KubeletEvent replaced(Duration at) { return {at, KubeletEvent::Kind::unready, "the container was replaced"}; }
KubeletEvent restarted_by_liveness(Duration at) {
  return {at, KubeletEvent::Kind::restarted, "liveness: status 503, 3 in a row"};
}
KubeletEvent restarted_by_startup(Duration at) {
  return {at, KubeletEvent::Kind::restarted, "startup: status 503, 120 in a row"};
}

class KubernetesStartupTest : public testing::Test {
 protected:
  Pod pod_{vitals_test::read_manifest().probes};
};

using KubernetesSlowStartTest = KubernetesStartupTest;
using KubernetesFailedMigrationTest = KubernetesStartupTest;
using KubernetesCrashLoopTest = KubernetesStartupTest;
using KubernetesDatabaseTest = KubernetesStartupTest;

TEST_F(KubernetesStartupTest, IsReadyAtTheFirstProbeIfNothingTakesTime) {
  pod_.run_until(1min);

  EXPECT_THAT(pod_.kubelet().events(), ElementsAre(started(0s), ready(0s)));
  EXPECT_EQ(pod_.codes(), serving_codes);
}

TEST_F(KubernetesSlowStartTest, IsReadyWithin5sOfTheEndOfA9MinutesMigration) {
  pod_.world.migration_takes = 9min;

  pod_.run_until(30min);

  EXPECT_THAT(pod_.kubelet().events(), ElementsAre(started(9min + 5s), ready(9min + 5s)));
}

TEST_F(KubernetesSlowStartTest, IsReadyForAProbeAtTheMomentWhenItIsDone) {
  pod_.world.migration_takes = 9min;
  pod_.run_until(9min);
  ASSERT_FALSE(pod_.says_ready()) << "the table is missing";

  pod_.work();

  EXPECT_EQ(pod_.codes().startup, 200);
  EXPECT_TRUE(pod_.says_ready()) << "by the result from before";
}

TEST_F(KubernetesSlowStartTest, FailsStartupAndReadinessButNotLivenessUntilItIsDone) {
  pod_.world.migration_takes = 9min;

  for (const Duration moment : {Duration{0s}, Duration{1s}, Duration{2min}, Duration{9min}}) {
    pod_.run_until(moment);
    EXPECT_EQ(pod_.codes(), starting_codes) << moment / 1s << " s";
  }

  pod_.run_until(9min + 5s);
  EXPECT_EQ(pod_.codes(), serving_codes);
}

TEST_F(KubernetesSlowStartTest, ShieldsLivenessThoughTheWorkerIsSilentMeanwhile) {
  pod_.world.migration_takes = 9min;

  pod_.run_until(2min);

  EXPECT_EQ(pod_.health().report("worker").status, Status::fail);
  EXPECT_EQ(pod_.health().report(Probe::liveness).status(), Status::pass);
}

TEST_F(KubernetesSlowStartTest, GivesTheWorkerItsWholeLimitOnceItHasStarted) {
  pod_.world.migration_takes = 9min;
  pod_.world.worker_hangs = true;

  pod_.run_until(12min);

  // Startup ends at 9 min, the worker may be silent for a minute, and liveness is probed at 10 min, 10:10, 10:20 and
  // 10:30.
  EXPECT_EQ(pod_.kubelet().restarted_at(), 10min + 30s);
}

TEST(KubernetesNoStartupProbeTest, LeavesTheShieldToTheLibraryFor10Minutes) {
  ContainerProbes probes = vitals_test::read_manifest().probes;
  probes.startup.reset();
  Pod pod{probes};
  pod.world.migration_takes = 24h;

  pod.run_until(11min);

  EXPECT_THAT(pod.kubelet().events(), ElementsAre(restarted_by_liveness(10min + 30s)));
}

TEST(KubernetesLoadBalancerTest, TakesANewInstanceBeforeARolloutMayEndAnOldOne) {
  Pod pod{{.readiness = vitals_test::load_balancer()}};
  pod.world.migration_takes = 8s;  // ends at the very moment of a probe, which still fails

  pod.run_until(1min);

  EXPECT_THAT(pod.kubelet().events(), ElementsAre(ready(8s + 8s)));
  EXPECT_LT(8s, vitals_test::read_manifest().min_ready);
}

TEST_F(KubernetesFailedMigrationTest, IsRestartedByTheStartupProbeOnceEvery10Minutes) {
  pod_.world.migration_takes = 24h;

  pod_.run_until(30min);

  EXPECT_THAT(pod_.kubelet().events(), ElementsAre(restarted_by_startup(10min - 5s), restarted_by_startup(20min - 5s),
                                                   restarted_by_startup(30min - 5s)));
}

TEST_F(KubernetesFailedMigrationTest, IsNeverReadyAndAlwaysAlive) {
  pod_.world.migration_takes = 24h;

  for (Duration moment{0s}; moment <= 21min; moment += 30s) {
    pod_.run_until(moment);
    EXPECT_EQ(pod_.codes(), starting_codes) << moment / 1s << " s";
  }
}

TEST_F(KubernetesFailedMigrationTest, IsReadyInTheContainerInWhichItSucceeds) {
  pod_.world.migration_takes = 24h;
  pod_.run_until(12min);
  pod_.world.migration_takes = 1min;

  pod_.run_until(13min);

  EXPECT_THAT(pod_.kubelet().events(),
              ElementsAre(restarted_by_startup(10min - 5s), started(12min + 5s), ready(12min + 5s)));
}

// The real kubelet would wait longer before each restart.
TEST_F(KubernetesCrashLoopTest, NoProcessThatDiesInItsMigrationIsEverReady) {
  pod_.world.migration_takes = 30s;

  for (int process = 0; process < 5; ++process) {
    EXPECT_EQ(pod_.codes(), starting_codes) << "before the first probe";
    pod_.run_until(29s * (process + 1));
    EXPECT_EQ(pod_.codes(), starting_codes);
    pod_.crash();
  }

  EXPECT_EQ(pod_.kubelet().restarts(), 5);
  EXPECT_THAT(pod_.kubelet().events(),
              testing::Each(testing::Field(&KubeletEvent::kind, KubeletEvent::Kind::restarted)));
}

TEST_F(KubernetesCrashLoopTest, TakesEachContainerOutOfServiceUntilItHasStartedItself) {
  pod_.world.worker_hangs = true;  // each worker hangs a minute after its start

  pod_.run_until(4min);

  EXPECT_THAT(pod_.kubelet().events(),
              ElementsAre(started(0s), ready(0s), restarted_by_liveness(90s), replaced(90s), started(95s), ready(95s),
                          restarted_by_liveness(180s), replaced(180s), started(185s), ready(185s)));
}

TEST_F(KubernetesCrashLoopTest, HasNoStaleGreenInANewContainer) {
  pod_.world.worker_hangs = true;
  pod_.run_until(90s - 500ms);
  ASSERT_EQ(pod_.codes(), (ProbeCodes{.startup = 200, .liveness = 503, .readiness = 200}));

  pod_.run_until(90s);

  EXPECT_EQ(pod_.kubelet().restarts(), 1);
  EXPECT_EQ(pod_.codes(), starting_codes);
  EXPECT_EQ(pod_.health().report("database").condition, vitals::Condition::not_checked_yet);
  EXPECT_FALSE(pod_.kubelet().ready());
}

TEST_F(KubernetesDatabaseTest, IsWaitedForAtTheStartAndRestartsNothing) {
  pod_.world.database_up = false;

  for (Duration moment{0s}; moment <= 9min; moment += 30s) {
    pod_.run_until(moment);
    EXPECT_EQ(pod_.codes(), starting_codes) << moment / 1s << " s";
  }

  EXPECT_THAT(pod_.kubelet().events(), IsEmpty());
}

TEST_F(KubernetesDatabaseTest, MakesTheInstanceReadyWithin5sOfItsReturn) {
  pod_.world.database_up = false;
  pod_.run_until(9min);
  pod_.world.database_up = true;

  pod_.run_until(10min);

  EXPECT_THAT(pod_.kubelet().events(), ElementsAre(started(9min + 5s), ready(9min + 5s)));
}

TEST_F(KubernetesDatabaseTest, RestartsOnceEvery10MinutesIfItIsDownForLongerThanAStartMayTake) {
  pod_.world.database_up = false;

  pod_.run_until(25min);

  EXPECT_THAT(pod_.kubelet().events(), ElementsAre(restarted_by_startup(10min - 5s), restarted_by_startup(20min - 5s)));
}

TEST_F(KubernetesDatabaseTest, TakesTheInstanceOutOfServiceAndRestartsNothingOnceItHasStarted) {
  pod_.run_until(10s);
  pod_.world.database_up = false;

  pod_.run_until(1h);

  // Probed at 15 s, 20 s and 25 s.
  EXPECT_THAT(pod_.kubelet().events(), ElementsAre(started(0s), ready(0s), unready(25s)));
  EXPECT_EQ(pod_.codes(), without_database);
}

TEST_F(KubernetesDatabaseTest, BringsTheInstanceBackAtTheFirstProbeAfterItsReturn) {
  pod_.run_until(10s);
  pod_.world.database_up = false;
  pod_.run_until(5min);
  pod_.world.database_up = true;

  pod_.run_until(10min);

  EXPECT_EQ(pod_.kubelet().events().back(), ready(5min + 5s));
  EXPECT_EQ(pod_.codes(), serving_codes);
}

}  // namespace
