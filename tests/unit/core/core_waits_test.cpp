// Which runs a probe waits for, and until when.

#include <chrono>
#include <memory>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "core/work/waits.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::Probe;
using vitals::SteadyTime;
using vitals::detail::Entry;
using vitals::detail::FiredWaits;
using vitals::detail::ProbeSet;
using vitals::detail::Wait;
using vitals::detail::Waits;

class WaitsTest : public testing::Test {
 protected:
  std::shared_ptr<Wait> wait_for(ProbeSet probes, Entry* entry = nullptr, SteadyTime deadline = SteadyTime{1h}) {
    auto wait = std::make_shared<Wait>([] {});
    wait->deadline = deadline;
    const bool waits = entry == nullptr ? waits_.add(wait, probes) : waits_.add(wait, std::span{&entry, 1});
    return waits ? wait : nullptr;
  }
  std::shared_ptr<Wait> fired() { return fired_.take(); }

  static std::shared_ptr<Entry> check(std::uint64_t id, Probe probe = Probe::readiness) {
    return std::make_shared<Entry>(id, "check" + std::to_string(id), vitals::detail::rules_of(probe, {}), nullptr);
  }

  std::shared_ptr<Entry> one_ = check(1);
  std::shared_ptr<Entry> other_ = check(2);
  ProbeSet readiness_ = ProbeSet::of(Probe::readiness);
  Waits waits_;
  FiredWaits fired_;
};

TEST_F(WaitsTest, AProbeDoesNotWaitWithoutRuns) { EXPECT_EQ(wait_for(readiness_), nullptr); }

TEST_F(WaitsTest, AProbeWaitsForAllPendingRuns) {
  waits_.begin(*one_);
  waits_.begin(*other_);
  const auto wait = wait_for(readiness_);

  waits_.end(*one_, fired_);
  EXPECT_EQ(fired(), nullptr);
  waits_.end(*other_, fired_);

  EXPECT_EQ(fired(), wait);
}

TEST_F(WaitsTest, AProbeDoesNotWaitForLaterRuns) {
  waits_.begin(*one_);
  const auto wait = wait_for(readiness_);
  waits_.begin(*other_);

  waits_.end(*one_, fired_);

  EXPECT_EQ(fired(), wait);
  EXPECT_TRUE(waits_.any(Probe::readiness));
}

TEST_F(WaitsTest, AProbeOfOneCheckWaitsForThatAlone) {
  waits_.begin(*one_);
  waits_.begin(*other_);
  const auto wait = wait_for(readiness_, other_.get());

  waits_.end(*other_, fired_);

  EXPECT_EQ(fired(), wait);
}

TEST_F(WaitsTest, AProbeOfSeveralWaitsForEach) {
  const auto loop = check(3, Probe::liveness);
  waits_.begin(*one_);
  waits_.begin(*loop);
  const auto wait = wait_for(ProbeSet::all());

  waits_.end(*one_, fired_);
  EXPECT_EQ(fired(), nullptr);
  waits_.end(*loop, fired_);

  EXPECT_EQ(fired(), wait);
}

TEST_F(WaitsTest, FireAtTheirDeadlinesInTheirOrder) {
  waits_.begin(*one_);
  const auto late = wait_for(readiness_, nullptr, SteadyTime{2s});
  const auto early = wait_for(readiness_, nullptr, SteadyTime{1s});
  EXPECT_EQ(waits_.first_deadline(), SteadyTime{1s});

  waits_.expire(SteadyTime{2s}, fired_);

  EXPECT_EQ(fired(), early);
  EXPECT_EQ(fired(), late);
  EXPECT_EQ(waits_.first_deadline(), SteadyTime::max());
}

TEST_F(WaitsTest, FireOnce) {
  waits_.begin(*one_);
  const auto wait = wait_for(readiness_);
  waits_.fire_all(fired_);

  waits_.end(*one_, fired_);

  EXPECT_EQ(fired(), wait);
  EXPECT_EQ(fired(), nullptr);
}

TEST_F(WaitsTest, ACancelledWaitIsIgnored) {
  waits_.begin(*one_);
  const auto cancelled = wait_for(readiness_, nullptr, SteadyTime{1s});
  const auto wait = wait_for(readiness_, nullptr, SteadyTime{2s});

  cancelled->over = true;

  EXPECT_EQ(waits_.first_deadline(), SteadyTime{2s});
  waits_.end(*one_, fired_);
  EXPECT_EQ(fired(), wait);
}

}  // namespace
