#include "systemd/notify_machine.hpp"

#include <chrono>
#include <optional>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using vitals::SteadyTime;
using vitals::detail::Notice;
using vitals::detail::NotifyMachine;
using vitals::detail::ServiceState;

constexpr SteadyTime start{1h};

ServiceState running_at(SteadyTime now) { return {.now = now, .on_time = true, .run = true, .started = true}; }

class NotifyMachineTest : public testing::Test {
 protected:
  Notice send(const ServiceState& service) {
    const auto notice = machine.notice(service);
    machine.sent(notice, service);
    return notice;
  }

  NotifyMachine machine{{.watchdog = 10s}};
};

TEST_F(NotifyMachineTest, PingsOnlyWhenTheTimerLooks) {
  send(running_at(start));
  auto service = running_at(start + 1min);

  service.on_time = false;
  EXPECT_TRUE(machine.notice(service).empty());
  EXPECT_LE(machine.next(service), service.now) << "the timer must look";
  service.on_time = true;
  EXPECT_EQ(machine.notice(service), Notice{.ping = true});
}

TEST_F(NotifyMachineTest, DecidesAgainWhatWasNotSent) {
  EXPECT_TRUE(machine.notice(running_at(start)).ready);
  EXPECT_TRUE(send(running_at(start + 1s)).ready);
  EXPECT_FALSE(machine.notice(running_at(start + 2s)).ready);
}

TEST_F(NotifyMachineTest, DoesNotLookAgainForAServiceThatIsNotAlive) {
  send(running_at(start));
  auto service = running_at(start + 1min);
  service.alive = false;

  EXPECT_EQ(machine.next(service), SteadyTime::max());
}

TEST_F(NotifyMachineTest, WithoutRunsSendsNothingButThatTheServiceStops) {
  auto service = running_at(start);
  service.run = false;
  EXPECT_TRUE(machine.notice(service).empty());
  EXPECT_EQ(machine.next(service), SteadyTime::max());

  service.draining = true;
  EXPECT_EQ(send(service), (Notice{.stopping = true, .status = true, .extension = true}));
  EXPECT_TRUE(machine.notice(service).empty());
}

}  // namespace
