// User code never runs under a lock: checks, listeners, stop callbacks and destructors call back into the registry.

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "support/has_check.hpp"
#include "support/probe.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;

TEST(ReentryTest, ACheckMayUseTheRegistry) {
  HealthRegistry health;
  Gate done;
  health.add_readiness_check("outer",
                             [&] {
                               health.add_readiness_check("inner", [] { return true; }).remove();
                               EXPECT_EQ(health.report(Probe::liveness).status(), Status::pass);
                               EXPECT_EQ(health.run_due(), 0U);
                               auto subscription = health.on_change([](const HealthEvent&) {});
                               subscription.reset();
                               done.open();
                             },
                             {.timeout = 60s, .schedule = every(24h)});

  Runner runner{health};

  done.wait();
}

TEST(ReentryTest, ACheckMayRemoveItself) {
  HealthRegistry health;
  Gate done;
  ScopedCheck self;
  Gate assigned;
  self = health.add_readiness_check("once",
                                    [&] {
                                      assigned.wait();
                                      self.reset();
                                      done.open();
                                    },
                                    {.timeout = 60s, .schedule = every(24h)});
  assigned.open();

  Runner runner{health};
  done.wait();

  EXPECT_FALSE(vitals_test::has_check(health, Probe::readiness, "once"));
}

TEST(ReentryTest, AListenerMayUseTheRegistryAndEndItself) {
  HealthRegistry health;
  Runner runner{health};
  Gate done;
  Gate assigned;
  Subscription subscription;
  subscription = health.on_change([&](const HealthEvent&) {
    assigned.wait();
    health.add_readiness_check("from-listener", [] { return true; }).remove();
    EXPECT_EQ(health.report(Probe::liveness).status(), Status::pass);
    subscription.reset();
    done.open();
  });

  assigned.open();

  done.wait();
}

TEST(ReentryTest, AStopCallbackMayUseTheRegistry) {
  HealthRegistry health;
  Gate done;
  health.add_readiness_check("hung",
                             [&](const CheckContext& context) {
                               const std::stop_callback on_stop{context.stop_token(), [&] {
                                                                  EXPECT_EQ(health.report("hung").condition,
                                                                            Condition::overdue);
                                                                  done.open();
                                                                }};
                               done.wait();
                             },
                             {.timeout = 1ms, .schedule = every(24h)});

  Runner runner{health};

  done.wait();
}

TEST(ReentryTest, TheDestructorOfACallableMayUseTheRegistry) {
  HealthRegistry health;
  struct AsksWhenItGoes {
    HealthRegistry* health;
    bool* asked;
    ~AsksWhenItGoes() {
      EXPECT_FALSE(vitals_test::has_check(*health, Probe::readiness, "gone"));
      *asked = true;
    }
  };
  bool asked = false;
  std::shared_ptr<AsksWhenItGoes> owned{new AsksWhenItGoes{&health, &asked}};
  const auto handle = health.add_readiness_check("gone", [owned = std::move(owned)] { return true; });

  handle.remove();

  EXPECT_TRUE(asked);
}

TEST(ReentryTest, TheDestructorOfAListenerMayUseTheRegistry) {
  HealthRegistry health;
  struct AsksWhenItGoes {
    HealthRegistry* health;
    Gate* asked;
    ~AsksWhenItGoes() {
      EXPECT_EQ(health->report(Probe::readiness).status(), Status::pass);
      asked->open();
    }
  };
  Gate asked;
  Gate in_listener;
  std::shared_ptr<AsksWhenItGoes> owned{new AsksWhenItGoes{&health, &asked}};
  auto subscription =
      health.on_change([owned = std::move(owned), &in_listener](const HealthEvent&) { in_listener.open(); });
  Runner runner{health};
  in_listener.wait();

  subscription.reset();

  asked.wait();
}

TEST(ReentryTest, AFlagMayBeSetInACheckAndInAListener) {
  HealthRegistry health;
  PushedCheck flag{CheckResult::warn("connecting")};
  health.add_readiness_check("flag", flag);
  Gate set;
  const auto subscription = health.on_change([&](const HealthEvent& event) {
    if (event.check != "setter") return;
    flag.set(CheckResult::pass());
    set.open();
  });
  health.add_readiness_check("setter", [&] { flag.set(CheckResult::fail("reconnecting")); },
                             {.timeout = 60s, .schedule = every(24h)});

  Runner runner{health};
  set.wait();

  EXPECT_EQ(flag.get().status(), Status::pass);
}

}  // namespace
}  // namespace vitals::test
