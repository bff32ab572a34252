#include <chrono>
#include <memory>

#include <gtest/gtest.h>

#include <vitals/testing/manual_clock.hpp>

#include "core/sources/heartbeat_source.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::Duration;
using vitals::HeartbeatGroupOptions;
using vitals::Status;
using vitals::SteadyTime;
using vitals::detail::GroupSource;
using vitals::detail::HeartbeatSource;
using vitals::detail::InstantSource;
using vitals::test::ManualClock;

/// A source with a limit of 5 s, registered at the beginning.
class GapTest : public testing::Test {
 protected:
  GapTest() { source_->bind(clock_, "loop"); }

  /// The process is stopped for that long.
  void stand_still(InstantSource& source, Duration duration) {
    const auto began = clock_.now();
    clock_.advance(duration);
    source.pass_gap(since_, began, clock_.now());
  }
  void stand_still(Duration duration) { stand_still(*source_, duration); }
  Status status(const InstantSource& source) const { return source.read(since_, clock_.now()).result->status(); }
  Status status() const { return status(*source_); }

  ManualClock clock_;
  SteadyTime since_ = clock_.now();
  std::shared_ptr<HeartbeatSource> source_ = std::make_shared<HeartbeatSource>(5s);
};

TEST_F(GapTest, GivesAHeartbeatOneFreshLimit) {
  stand_still(1h);

  clock_.advance(5s);
  EXPECT_EQ(status(), Status::pass);
  clock_.advance(1ns);
  EXPECT_EQ(status(), Status::fail);
}

TEST_F(GapTest, GivesNoMoreThanTwoInARow) {
  stand_still(1h);
  EXPECT_EQ(status(), Status::pass);
  stand_still(1h);
  EXPECT_EQ(status(), Status::pass);
  stand_still(1h);

  EXPECT_EQ(status(), Status::fail);
}

TEST_F(GapTest, ABeatBetweenTwoMakesThemTwoOfAKind) {
  for (int gaps = 0; gaps < 5; ++gaps) {
    stand_still(1h);
    EXPECT_EQ(status(), Status::pass);
    source_->beat();
  }
}

TEST_F(GapTest, RevivesNoHeartbeatThatWasSilentBefore) {
  clock_.advance(6s);
  ASSERT_EQ(status(), Status::fail);

  stand_still(1h);

  EXPECT_EQ(status(), Status::fail);
}

TEST_F(GapTest, CountsOnceIfTwoRegistriesReportIt) {
  for (int gaps = 0; gaps < 2; ++gaps) {
    clock_.advance(1h);
    source_->pass_gap(since_, clock_.now() - 1h, clock_.now());
    source_->pass_gap(since_, clock_.now() - 1h, clock_.now());
  }

  EXPECT_EQ(status(), Status::pass);
}

TEST_F(GapTest, LeavesAnIdleHeartbeatAliveAndAnOrphanSilent) {
  const auto orphan = std::make_shared<HeartbeatSource>(5s);
  orphan->bind(clock_, "orphan");
  orphan->orphan();
  source_->begin_idle();

  stand_still(1h);
  stand_still(*orphan, 1h);

  EXPECT_EQ(status(), Status::pass);
  EXPECT_EQ(status(*orphan), Status::fail);
}

TEST_F(GapTest, GivesAGroupThatHasNoWorkerYetAFreshLimit) {
  const auto group = std::make_shared<GroupSource>(5s, HeartbeatGroupOptions{});
  group->bind(clock_, "workers");

  stand_still(*group, 1h);

  EXPECT_EQ(status(*group), Status::pass);
}

TEST_F(GapTest, GivesEachWorkerOfAGroupAFreshLimit) {
  const auto group = std::make_shared<GroupSource>(5s, HeartbeatGroupOptions{});
  group->bind(clock_, "workers");
  const auto early = std::make_shared<HeartbeatSource>(5s);
  const auto late = std::make_shared<HeartbeatSource>(5s);
  group->add("early", early);
  clock_.advance(4s);
  group->add("late", late);

  stand_still(*group, 1h);
  EXPECT_EQ(status(*group), Status::pass);
  clock_.advance(5s + 1ns);
  late->beat();

  const auto reading = group->read(since_, clock_.now());
  EXPECT_EQ(reading.result->message(), "1 of 2 silent for longer than 5 s: early");
}

}  // namespace
