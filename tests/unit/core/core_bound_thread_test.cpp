// When a bound heartbeat's thread is looked at, and what its reading says. The real threads are in bound_thread_test.

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/heartbeat_group.hpp>
#include <vitals/registry.hpp>

#include "core/sources/bound_thread.hpp"
#include "core_instant_fixture.hpp"

namespace vitals::inline v1::test {
namespace {

using namespace std::chrono_literals;
using detail::is_recent;
using detail::next_look;

constexpr SteadyTime quiet{100s};

TEST(NextLookTest, ComesTwiceBeforeTheLimitEndsAndRepeatedlyAfterIt) {
  EXPECT_EQ(next_look(quiet, 4s, SteadyTime::min()), quiet + 2s);
  EXPECT_EQ(next_look(quiet, 4s, quiet + 2s), quiet + 3500ms);
  EXPECT_EQ(next_look(quiet, 4s, quiet + 3500ms), quiet + 4500ms);
  EXPECT_EQ(next_look(quiet, 4s, quiet + 60s), quiet + 61s);
}

TEST(NextLookTest, ComesShortlyBeforeALongLimitEnds) {
  EXPECT_EQ(next_look(quiet, 1h, SteadyTime::min()), quiet + 1h - 5s);
  EXPECT_EQ(next_look(quiet, 1h, quiet + 1h - 5s), quiet + 1h - 500ms);
}

TEST(NextLookTest, BeginsAnewAfterABeat) {
  const auto beat = quiet + 3600ms;

  EXPECT_EQ(next_look(beat, 4s, quiet + 3500ms), beat + 2s);
  EXPECT_FALSE(is_recent(quiet + 3500ms, beat, 4s));
  EXPECT_TRUE(is_recent(beat + 2s, beat, 4s));
}

#ifdef __linux__

/// A heartbeat with a limit of 4 s, bound to the test's thread.
class BoundHeartbeatTest : public InstantCheckTest {
 protected:
  BoundHeartbeatTest() {
    health_.add_liveness_check("check", beat_);
    beat_.bind_to_this_thread();
    beat_.beat();
  }

  void pass(Duration duration) {
    clock_.advance(duration);
    health_.run_due();
  }
  [[nodiscard]] bool has(const std::string& key) const {
    for (const auto& datum : check().data)
      if (datum.key == key) return true;
    return false;
  }

  const Heartbeat beat_{4s};
};

TEST_F(BoundHeartbeatTest, SaysWhereItsThreadIsFromTheFirstFailureOn) {
  pass(2s);
  pass(1500ms);

  clock_.advance(501ms);

  EXPECT_EQ(status(), Status::fail);
  EXPECT_EQ(check().message.find("silent for longer than 4 s: thread "), 0U) << check().message;
  EXPECT_NE(check().message.find("; in the last "), std::string::npos) << check().message;
  EXPECT_TRUE(has("cpu_time"));
  EXPECT_FALSE(check().message_by_library);
}

TEST_F(BoundHeartbeatTest, SaysItAfterALateFirstLookToo) {
  pass(5s);

  EXPECT_EQ(check().message.find("silent for longer than 4 s: thread "), 0U) << check().message;
  EXPECT_FALSE(has("cpu_time"));
}

TEST_F(BoundHeartbeatTest, SaysNothingBeforeItFails) {
  pass(3s);

  EXPECT_EQ(*instant_source(beat_)->read(SteadyTime::min(), clock_.now()).result, CheckResult::pass());
}

TEST_F(BoundHeartbeatTest, SaysNothingThatItSawBeforeTheLastBeat) {
  pass(3s);
  beat_.beat();

  clock_.advance(4001ms);

  EXPECT_EQ(check().message, "silent for longer than 4 s");
}

TEST_F(BoundHeartbeatTest, IsReadSoonEnoughForTheFirstLookAfterAnIdleTime) {
  const auto idle = beat_.idle();

  const auto reading = instant_source(beat_)->read(SteadyTime::min(), clock_.now());

  EXPECT_NE(reading.look_at_threads, nullptr);
  EXPECT_EQ(reading.look_again, clock_.now() + 2s);
}

TEST_F(BoundHeartbeatTest, MovesToTheThreadThatBindsItNext) {
  std::thread{[this] { beat_.bind_to_this_thread(); }}.join();

  pass(5s);

  EXPECT_NE(check().message.find("has ended"), std::string::npos) << check().message;
}

TEST_F(BoundHeartbeatTest, IsNamedWithItsWorkerInAGroup) {
  const HeartbeatGroup workers{4s};
  health_.add_liveness_check("workers", workers);
  const auto bound = workers.add("bound");
  const auto unbound = workers.add("unbound");
  std::thread{[&] { bound.bind_to_this_thread(); }}.join();

  pass(5s);

  const auto message = check("workers").message;
  EXPECT_EQ(message.find("2 of 2 silent for longer than 4 s: bound (thread "), 0U) << message;
  EXPECT_NE(message.find(" has ended), unbound"), std::string::npos) << message;
}

TEST_F(BoundHeartbeatTest, TellsMoreThreadsThanOneTurnLooksAt) {
  std::vector<Heartbeat> many(100, beat_);
  for (auto& beat : many) {
    beat = Heartbeat{4s};
    health_.add_liveness_check("check-" + std::to_string(&beat - many.data()), beat);
    beat.bind_to_this_thread();
  }
  clock_.advance(5s);

  for (int turn = 0; turn < 5; ++turn) health_.run_due();

  for (std::size_t i = 0; i < many.size(); ++i)
    EXPECT_NE(check("check-" + std::to_string(i)).message.find(": thread "), std::string::npos) << i;
}

#endif

}  // namespace
}  // namespace vitals::inline v1::test
