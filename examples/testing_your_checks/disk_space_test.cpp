#include "disk_space.hpp"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/testing_gmock.hpp>
#include <vitals/vitals.hpp>

using namespace std::chrono_literals;
using namespace testing;
using namespace vitals::test;

// One run, judged as a registry would judge it: an exception or an overrun is a failure.
TEST(DiskSpaceTest, TellsHowMuchIsFree) {
  EXPECT_THAT(run(DiskSpace{"/", 0}), AllOf(IsPass(), HasDatum("free_gib", Ge(0))));
  EXPECT_THAT(run(DiskSpace{"/no/such/path", 1}), IsFail(HasSubstr("No such file")));
}

// How a registry judges results, on a clock that only the test moves: no thread, no sleep.
TEST(ReadinessTest, IsLostByThreeFailuresInARow) {
  ManualClock clock;
  vitals::HealthRegistry health{{.clock = clock}};
  const auto disk = ScriptedCheck{}.pass().fail(3, "3 GiB free").pass();
  health.add_readiness_check("disk", disk, {.schedule = vitals::every(1min), .failure_threshold = 3});
  health.run_due();
  const auto report_after = [&](vitals::Duration duration) {
    clock.advance(duration);
    health.run_due();
    return health.report("disk");
  };

  EXPECT_THAT(report_after(70s), IsPass());  // the interval and its jitter
  EXPECT_THAT(report_after(70s), IsPass());
  EXPECT_THAT(report_after(70s), IsFail("3 GiB free"));
  EXPECT_THAT(report_after(70s), IsPass());
  EXPECT_EQ(disk.runs(), 5);
}

// What Kubernetes does with the answers, by the numbers of the manifest.
TEST(DeploymentTest, IsRestartedOnlyIfItIsStuck) {
  ManualClock clock;
  vitals::HealthRegistry health{{.clock = clock}};
  const vitals::Heartbeat loop{5s};
  health.add_liveness_check("loop", loop);
  health.add_readiness_check("disk", ScriptedCheck{}.fail("3 GiB free"));
  const vitals::HttpGetProbe liveness{.path = "/healthz", .timeout = 2s, .period = 10s, .failure_threshold = 3};
  const vitals::HttpGetProbe readiness{.path = "/ready", .timeout = 2s, .period = 5s, .failure_threshold = 3};
  Kubelet kubelet{health, clock, {.liveness = liveness, .readiness = readiness}};

  for (int second = 0; second < 60; ++second) {
    loop.beat();
    kubelet.advance(1s);
  }
  EXPECT_FALSE(kubelet.ready());
  EXPECT_EQ(kubelet.restarts(), 0);

  kubelet.advance(35s);  // no more beats: probed at 70 s, 80 s and 90 s
  EXPECT_EQ(kubelet.restarts(), 1);
  EXPECT_EQ(kubelet.restarted_at(), 90s);
}

// End to end, on a free port.
TEST(ServerTest, AnswersOverHttp) {
  vitals::HealthRegistry health;
  health.add_readiness_check("disk", DiskSpace{"/", 0});
  const Server server{health};

  EXPECT_EQ(server.fetch("/ready").status, 200);
  EXPECT_EQ(server.fetch("/ready?verbose").body, "[+]disk ok\nOK\n");
}
