#include <chrono>

#include <gtest/gtest.h>

#include <vitals/testing/kubelet.hpp>

#include "testing/probe_worker.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::HttpGetProbe;
using vitals::Probe;
using vitals::SteadyTime;
using vitals::detail::ContainerState;
using vitals::detail::ProbeResult;
using vitals::detail::ProbeWorker;

constexpr SteadyTime beginning{1h};
constexpr ContainerState running{.started_at = beginning, .started = true};
const HttpGetProbe hasty{.failure_threshold = 1};

TEST(ProbeWorkerTest, BeginsWithTheResultOfItsKind) {
  EXPECT_EQ((ProbeWorker{Probe::liveness, hasty, beginning}.result()), ProbeResult::success);
  EXPECT_EQ((ProbeWorker{Probe::readiness, hasty, beginning}.result()), ProbeResult::failure);
  EXPECT_EQ((ProbeWorker{Probe::startup, hasty, beginning}.result()), ProbeResult::unknown);
}

TEST(ProbeWorkerTest, HoldsFromAFailureUntilTheContainerIsReplaced) {
  ProbeWorker worker{Probe::liveness, hasty, beginning};
  ASSERT_TRUE(worker.take_turn(running, beginning));

  worker.record(false);
  EXPECT_TRUE(worker.on_hold());
  EXPECT_FALSE(worker.take_turn(running, beginning + 10s));

  worker.replace_container();
  EXPECT_EQ(worker.result(), ProbeResult::success);
  EXPECT_TRUE(worker.take_turn(running, beginning + 20s));
}

TEST(ProbeWorkerTest, OfReadinessNeverHolds) {
  ProbeWorker worker{Probe::readiness, hasty, beginning};

  worker.record(false);

  EXPECT_FALSE(worker.on_hold());
  EXPECT_TRUE(worker.take_turn(running, beginning + 10s));
}

TEST(ProbeWorkerTest, TakesItsTurnsByThePeriodWhateverTheDelay) {
  ProbeWorker worker{Probe::liveness, hasty, beginning};

  (void)worker.take_turn(running, beginning + 25s);

  EXPECT_EQ(worker.next_turn(), beginning + 30s);
}

}  // namespace
