#include "systemd/notify_machine.hpp"

#include <chrono>
#include <optional>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using vitals::SteadyTime;
using vitals::detail::Notice;
using vitals::detail::NotifyMachine;
using vitals::detail::Sight;

constexpr SteadyTime start{1h};

Sight running_at(SteadyTime now) { return {.now = now, .on_time = true, .run = true, .started = true}; }

class NotifyMachineTest : public testing::Test {
 protected:
  Notice send(const Sight& sight) {
    const auto notice = machine.notice(sight);
    machine.sent(notice, sight);
    return notice;
  }

  NotifyMachine machine{{.watchdog = 10s}};
};

TEST_F(NotifyMachineTest, PingsOnlyWhenTheTimerLooks) {
  send(running_at(start));
  auto sight = running_at(start + 1min);

  sight.on_time = false;
  EXPECT_TRUE(machine.notice(sight).empty());
  EXPECT_LE(machine.next(sight), sight.now) << "the timer must look";
  sight.on_time = true;
  EXPECT_EQ(machine.notice(sight), Notice{.ping = true});
}

TEST_F(NotifyMachineTest, DecidesAgainWhatWasNotSent) {
  EXPECT_TRUE(machine.notice(running_at(start)).ready);
  EXPECT_TRUE(send(running_at(start + 1s)).ready);
  EXPECT_FALSE(machine.notice(running_at(start + 2s)).ready);
}

TEST_F(NotifyMachineTest, DoesNotLookAgainForAServiceThatIsNotAlive) {
  send(running_at(start));
  auto sight = running_at(start + 1min);
  sight.alive = false;

  EXPECT_EQ(machine.next(sight), SteadyTime::max());
}

TEST_F(NotifyMachineTest, WithoutRunsSendsNothingButThatTheServiceStops) {
  auto sight = running_at(start);
  sight.run = false;
  EXPECT_TRUE(machine.notice(sight).empty());
  EXPECT_EQ(machine.next(sight), SteadyTime::max());

  sight.draining = true;
  EXPECT_EQ(send(sight), (Notice{.stopping = true, .status = true, .extension = true}));
  EXPECT_TRUE(machine.notice(sight).empty());
}

}  // namespace
