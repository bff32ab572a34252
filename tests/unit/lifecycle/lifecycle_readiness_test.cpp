// Readiness in a shutdown that keeps it.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/handles.hpp>
#include <vitals/lifecycle.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "support/responses.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class KeptReadinessTest : public testing::Test {
 protected:
  void begin_shutdown() {
    lifecycle_.begin_shutdown("SIGTERM");
    lifecycle_.step();
  }
  Report readiness() const { return health_.report(Probe::readiness); }

  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
  PushedCheck database_{CheckResult::warn("slow")};
  CheckHandle registered_ = health_.add_readiness_check("database", database_);
  std::vector<std::string> states_;
  Lifecycle lifecycle_{health_,
                       {.log = [](std::string_view) {},
                        .on_event = [this](const LifecycleEvent& event) { states_.emplace_back(to_string(event.to)); },
                        .keep_readiness_while_draining = true}};
};

TEST_F(KeptReadinessTest, IsFrozenAsItWas) {
  begin_shutdown();

  database_.set(CheckResult::fail("closed"));

  EXPECT_EQ(readiness().status(), Status::warn);
  EXPECT_EQ(readiness().reason(), "");
  EXPECT_EQ(health_.report("database").message, "slow");
}

TEST_F(KeptReadinessTest, GoesOnFailingForItsOwnReason) {
  database_.set(CheckResult::fail("refused"));
  begin_shutdown();

  database_.set(true);

  EXPECT_EQ(readiness().status(), Status::fail);
  EXPECT_EQ(readiness().reason(), "");
  EXPECT_EQ(health_.report("database").message, "refused");
}

TEST_F(KeptReadinessTest, GoesOnSayingThatTheServiceStarts) {
  health_.add_startup_check("migration", PushedCheck{false});

  begin_shutdown();

  EXPECT_EQ(readiness().status(), Status::fail);
  EXPECT_EQ(readiness().reason(), "starting");
}

TEST_F(KeptReadinessTest, FailsOnceTheShutdownOverruns) {
  begin_shutdown();

  clock_.advance(5min);
  EXPECT_EQ(readiness().status(), Status::warn);
  clock_.advance(1ns);

  EXPECT_EQ(readiness().status(), Status::fail);
  EXPECT_EQ(readiness().reason(), "shutdown overran");
}

TEST_F(KeptReadinessTest, LeavesAllElseOfTheShutdownAsItIs) {
  bool stopped = false;
  lifecycle_.on_stop("worker", [&] { stopped = true; });
  std::optional work{lifecycle_.begin_work()};
  const Endpoint endpoint{health_, {.details = Callers::anyone}};
  begin_shutdown();

  EXPECT_TRUE(lifecycle_.shutting_down());
  EXPECT_EQ(get(endpoint, "/ready").status, 200);
  const auto health = get(endpoint, "/health").body;
  EXPECT_THAT(health, HasSubstr("draining"));
  EXPECT_THAT(health, HasSubstr("\"inFlight\":1"));
  clock_.advance(10s);
  lifecycle_.step();
  EXPECT_FALSE(lifecycle_.begin_work());
  work.reset();
  lifecycle_.step();

  EXPECT_TRUE(stopped);
  EXPECT_THAT(states_, ElementsAre("draining", "finishing", "stopping", "stopping", "stopped"));
  EXPECT_EQ(readiness().status(), Status::warn);
}

TEST_F(KeptReadinessTest, MakesNoEventUntilItFails) {
  std::vector<std::string> events;
  const auto subscription = health_.on_change(
      [&](const HealthEvent& event) { events.push_back(std::string{to_string(event.probe)} + ": " + event.reason); });
  health_.run_due();
  events.clear();

  begin_shutdown();
  health_.run_due();
  EXPECT_THAT(events, IsEmpty());

  clock_.advance(5min + 1ns);
  health_.run_due();
  EXPECT_THAT(events, ElementsAre("liveness: shutdown overran", "readiness: shutdown overran"));
}

TEST_F(KeptReadinessTest, IsKeptAlsoWhenASecondRequestComesFirst) {
  lifecycle_.shorten("again");

  EXPECT_EQ(readiness().status(), Status::warn);
}

TEST_F(KeptReadinessTest, FailsIfTheRegistryItselfIsShutDown) {
  health_.begin_shutdown("by hand");
  begin_shutdown();

  EXPECT_EQ(readiness().reason(), "by hand");
}

TEST(ReadinessTest, FailsInAShutdownByDefault) {
  const ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  Lifecycle lifecycle{health, {.log = [](std::string_view) {}}};

  lifecycle.begin_shutdown("SIGTERM");

  EXPECT_EQ(health.report(Probe::readiness).reason(), "SIGTERM");
}

}  // namespace
}  // namespace vitals::test
