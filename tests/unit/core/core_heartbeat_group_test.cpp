#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/heartbeat_group.hpp>
#include <vitals/registry.hpp>

#include "unit/core/core_instant_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using vitals::FailsWhen;
using vitals::HealthRegistry;
using vitals::HeartbeatGroup;
using vitals::Probe;
using vitals::Status;

using HeartbeatGroupTest = vitals::test::InstantCheckTest;

std::int64_t datum(const vitals::CheckReport& report, const std::string& key) {
  for (const auto& datum : report.data)
    if (datum.key == key) return static_cast<std::int64_t>(datum.value.as_unsigned_integer());
  return -1;
}

TEST_F(HeartbeatGroupTest, FailsWhenOneIsSilentAndNamesIt) {
  const HeartbeatGroup workers{5s};
  health_.add_liveness_check("check", workers);
  const auto busy = workers.add("busy");
  const auto stuck = workers.add("stuck");
  clock_.advance(3s);
  busy.beat();

  clock_.advance(2s);
  EXPECT_EQ(status(), Status::pass);
  clock_.advance(1ns);

  EXPECT_EQ(status(), Status::fail);
  EXPECT_EQ(check().message, "1 of 2 silent for longer than 5 s: stuck");
  EXPECT_EQ(datum(check(), "workers"), 2);
  EXPECT_EQ(datum(check(), "silent"), 1);
}

TEST_F(HeartbeatGroupTest, FailsOnlyWhenAllAreSilentIfTheOptionSaysSo) {
  const HeartbeatGroup workers{5s, {.fails_when = FailsWhen::all_silent}};
  health_.add_liveness_check("check", workers);
  const auto first = workers.add();
  const auto second = workers.add();
  clock_.advance(3s);
  first.beat();

  clock_.advance(4s);
  EXPECT_EQ(status(), Status::pass);
  EXPECT_EQ(datum(check(), "silent"), 1);
  clock_.advance(1s + 1ns);

  EXPECT_EQ(status(), Status::fail);
  EXPECT_EQ(check().message, "2 of 2 silent for longer than 5 s: worker 1, worker 2");
}

TEST_F(HeartbeatGroupTest, RecoversWithTheBeatOfTheLastSilentOne) {
  const HeartbeatGroup workers{5s};
  health_.add_liveness_check("check", workers);
  const auto first = workers.add();
  const auto second = workers.add();
  clock_.advance(1min);

  first.beat();
  EXPECT_EQ(status(), Status::fail);
  second.beat();

  EXPECT_EQ(status(), Status::pass);
}

TEST_F(HeartbeatGroupTest, CountsAWorkerFromItsAdding) {
  const HeartbeatGroup workers{5s};
  health_.add_liveness_check("check", workers);
  const auto first = workers.add();
  clock_.advance(4s);
  first.beat();
  const auto second = workers.add();

  clock_.advance(5s);
  EXPECT_EQ(status(), Status::pass);
  first.beat();
  clock_.advance(1ns);

  EXPECT_THAT(check().message, HasSubstr("worker 2"));
}

TEST_F(HeartbeatGroupTest, CountsAnIdleWorkerAsAlive) {
  const HeartbeatGroup workers{5s};
  health_.add_liveness_check("check", workers);
  const auto worker = workers.add();

  auto idle = std::optional{worker.idle()};
  clock_.advance(1h);
  EXPECT_EQ(status(), Status::pass);

  idle.reset();
  clock_.advance(5s + 1ns);
  EXPECT_EQ(status(), Status::fail);
}

TEST_F(HeartbeatGroupTest, FailsAtOnceWhenAWorkersHeartbeatIsDestroyed) {
  const HeartbeatGroup workers{5s};
  health_.add_liveness_check("check", workers);
  const auto stuck = workers.add("stuck");
  auto ended = std::optional{workers.add("ended")};
  EXPECT_EQ(status(), Status::pass);

  ended.reset();
  EXPECT_EQ(check().message, "1 of 2 silent, gone: ended");
  clock_.advance(6s);

  EXPECT_EQ(check().message, "2 of 2 silent for longer than 5 s: stuck; gone: ended");
}

TEST_F(HeartbeatGroupTest, DoesNotFailForARemovedWorker) {
  const HeartbeatGroup workers{5s};
  health_.add_liveness_check("check", workers);
  const auto stays = workers.add();
  {
    const auto leaves = workers.add();
    workers.remove(leaves);
  }
  clock_.advance(4s);
  stays.beat();

  clock_.advance(4s);

  EXPECT_EQ(status(), Status::pass);
  EXPECT_EQ(datum(check(), "workers"), 1);
}

TEST_F(HeartbeatGroupTest, FailsWithoutWorkersAfterItsLimit) {
  const HeartbeatGroup workers{5s};
  health_.add_liveness_check("check", workers);
  clock_.advance(5s);
  EXPECT_EQ(status(), Status::pass);

  clock_.advance(1ns);

  EXPECT_EQ(status(), Status::fail);
  EXPECT_EQ(check().message, "no worker");
  EXPECT_EQ(datum(check(), "workers"), 0);
}

TEST_F(HeartbeatGroupTest, StartsOverAtTheLastWorkersRemoval) {
  const HeartbeatGroup workers{5s};
  health_.add_liveness_check("check", workers);
  const auto worker = workers.add();
  clock_.advance(4s);
  workers.remove(worker);

  clock_.advance(5s);
  EXPECT_EQ(status(), Status::pass);
  clock_.advance(1ns);

  EXPECT_EQ(status(), Status::fail);
}

TEST_F(HeartbeatGroupTest, CountsEarlierWorkersFromItsRegistration) {
  const HeartbeatGroup workers{5s};
  const auto worker = workers.add();
  clock_.advance(1h);
  health_.add_liveness_check("check", workers);

  clock_.advance(5s);
  EXPECT_EQ(status(), Status::pass);
  clock_.advance(1ns);

  EXPECT_EQ(status(), Status::fail);
}

TEST_F(HeartbeatGroupTest, IgnoresJoiningTimesOfAnotherClock) {
  const auto dawn = std::make_shared<vitals::test::Dawn>();
  HealthRegistry health{{.clock = vitals::Clock{dawn}}};
  const HeartbeatGroup workers{1ms};
  const auto worker = workers.add();  // reads the system's clock, which is far ahead
  health.add_liveness_check("check", workers);

  dawn->elapsed = 1ms + 1ns;

  EXPECT_EQ(health.report(Probe::liveness).status(), Status::fail);
}

TEST_F(HeartbeatGroupTest, KeepsItsWorkersWhenItIsDestroyed) {
  auto workers = std::optional{HeartbeatGroup{5s}};
  health_.add_liveness_check("check", *workers);
  const auto worker = workers->add();
  workers.reset();
  clock_.advance(4s);

  worker.beat();
  clock_.advance(5s);

  EXPECT_EQ(status(), Status::pass);
}

TEST_F(HeartbeatGroupTest, RefusesALimitOutOfRange) {
  EXPECT_THROW(HeartbeatGroup{0ms}, std::invalid_argument);
  EXPECT_THROW(HeartbeatGroup{25h}, std::invalid_argument);
}

}  // namespace
