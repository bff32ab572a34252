#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "unit/systemd/systemd_fixture.hpp"

namespace vitals_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using vitals::HealthRegistry;
using vitals::SystemdNotifier;

TEST(SystemdEnvironmentTest, WithoutASocketNothingIsSent) {
  HealthRegistry health;
  ::unsetenv("NOTIFY_SOCKET");
  EXPECT_FALSE(SystemdNotifier{health}.in_unit());
  ::setenv("NOTIFY_SOCKET", "", 1);
  EXPECT_FALSE(SystemdNotifier{health}.in_unit());
  ::unsetenv("NOTIFY_SOCKET");
}

TEST(SystemdEnvironmentTest, AnAbstractSocketIsReached) {
  NotifyListener manager{NotifyListener::Kind::abstract};
  ASSERT_THAT(manager.address(), StartsWith("@"));
  HealthRegistry health;
  const SystemdNotifier systemd{health};

  health.run_due();

  EXPECT_TRUE(systemd.in_unit());
  EXPECT_THAT(manager.received(), ElementsAre(StartsWith("READY=1")));
}

TEST(SystemdEnvironmentTest, RefusesOtherAddresses) {
  for (const std::string& address : {std::string{"vsock:2:1234"}, std::string{"run/notify"},
                                     "/" + std::string(107, 'x'), "@" + std::string(108, 'x')}) {
    ::setenv("NOTIFY_SOCKET", address.c_str(), 1);
    HealthRegistry health;
    try {
      const SystemdNotifier systemd{health};
      ADD_FAILURE() << address;
    } catch (const std::system_error& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("NOTIFY_SOCKET"), HasSubstr(address)));
    }
  }
  ::unsetenv("NOTIFY_SOCKET");
}

class SystemdPidTest : public SystemdTest {
 protected:
  /// What a service sends first.
  std::string first() {
    start_with_first();
    return first_;
  }

 private:
  void start_with_first() {
    systemd.emplace(*health);
    const auto sent = run();
    first_ = sent.empty() ? "" : sent.front();
  }
  std::string first_;
};

TEST_F(SystemdPidTest, AWatchdogOfAnyProcessIsOurs) {
  watch_every(10s);
  ::unsetenv("WATCHDOG_PID");

  EXPECT_THAT(first(), HasSubstr("WATCHDOG=1"));
}

TEST_F(SystemdPidTest, AWatchdogOfAnotherProcessIsNotOurs) {
  watch_every(10s);
  ::setenv("WATCHDOG_PID", "1", 1);

  EXPECT_EQ(first(), "READY=1\nSTATUS=ready");
}

TEST_F(SystemdPidTest, AnIntervalThatIsNoNumberIsNone) {
  for (const char* usec : {"", "0", "-1", "10s", "99999999999999999999999"}) {
    ::setenv("WATCHDOG_USEC", usec, 1);

    EXPECT_EQ(first(), "READY=1\nSTATUS=ready") << usec;
  }
}

TEST_F(SystemdPidTest, AnIntervalOfCenturiesIsPingedTwiceADay) {
  ::setenv("WATCHDOG_USEC", "18446744073709551614", 1);
  start();

  EXPECT_THAT(run_after(12h), ElementsAre("WATCHDOG=1"));
}

TEST_F(SystemdTest, LeavesTheEnvironmentAloneUnlessAsked) {
  watch_every(10s);
  systemd.emplace(*health);
  EXPECT_STREQ(::getenv("NOTIFY_SOCKET"), manager.address().c_str());

  systemd.emplace(*health, vitals::SystemdOptions{.unset_environment = true});

  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) EXPECT_EQ(::getenv(name), nullptr);
  EXPECT_THAT(run(), ElementsAre(HasSubstr("WATCHDOG=1")));
}

}  // namespace
}  // namespace vitals_test
