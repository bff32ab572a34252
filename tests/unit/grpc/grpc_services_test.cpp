// What a service of a name shows, by a registry whose time the test moves.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "unit/grpc/updates.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;
using vitals::CheckResult;
using vitals::Probe;
using vitals::PushedCheck;
using vitals::detail::ServingStatus;
using vitals::detail::ServingStatus::not_serving;
using vitals::detail::ServingStatus::service_unknown;
using vitals::detail::ServingStatus::serving;

class GrpcServicesTest : public testing::Test {
 protected:
  GrpcServicesTest() { vitals::detail::add_follower(*vitals::detail::state_of(*health), updates); }

  [[nodiscard]] ServingStatus status(const std::string& name) const {
    return updates->services.status(updates->services.find(name));
  }

  vitals::test::ManualClock clock;
  std::optional<vitals::HealthRegistry> health{
      std::in_place, vitals::RegistryOptions{.startup_limit = 10min, .shutdown_limit = 5min, .clock = clock}};
  std::shared_ptr<Updates> updates = std::make_shared<Updates>(std::vector<vitals::GrpcHealthName>{
      {"notes.v1.Notes", Probe::readiness}, {"export", "export-db"}, {"loop", "event-loop"}});
};

TEST_F(GrpcServicesTest, AreNotServingUntilTheFirstReady) {
  PushedCheck database{CheckResult::fail("connecting")};
  health->add_readiness_check("database", database);
  for (const auto* name : {"", "readiness", "notes.v1.Notes"}) EXPECT_EQ(status(name), not_serving);
  EXPECT_EQ(status("liveness"), serving);
  EXPECT_EQ(status("startup"), serving);

  database.set(true);

  for (const auto* name : {"", "readiness", "notes.v1.Notes"}) EXPECT_EQ(status(name), serving);
}

TEST_F(GrpcServicesTest, AreNotServingWhileTheServiceStarts) {
  PushedCheck migration{CheckResult::fail("not begun")};
  health->add_startup_check("migration", migration);
  EXPECT_EQ(status(""), not_serving);
  EXPECT_EQ(status("startup"), not_serving);

  migration.set(true);

  EXPECT_EQ(status(""), serving);
  EXPECT_EQ(status("startup"), serving);
}

TEST_F(GrpcServicesTest, AreUnknownWhileTheirCheckIsNotRegistered) {
  EXPECT_EQ(status("export"), service_unknown);
  const auto check = health->add_readiness_check("export-db", PushedCheck{true});
  EXPECT_EQ(status("export"), serving);

  check.remove();

  EXPECT_EQ(status("export"), service_unknown);
}

TEST_F(GrpcServicesTest, ShowACheckByItself) {
  PushedCheck export_db{true};
  health->add_readiness_check("database", PushedCheck{CheckResult::fail("down")});
  health->add_readiness_check("export-db", export_db, {.critical = false});
  EXPECT_EQ(status("export"), serving);
  EXPECT_EQ(status(""), not_serving);

  export_db.set(CheckResult::warn("slow"));
  EXPECT_EQ(status("export"), serving);
  export_db.set(CheckResult::fail("down"));
  EXPECT_EQ(status("export"), not_serving);
}

TEST_F(GrpcServicesTest, ShowWhatTimeAloneChanges) {
  vitals::Heartbeat beat{5s};
  health->add_liveness_check("event-loop", beat);
  EXPECT_EQ(status("loop"), serving);

  clock.advance(6s);
  health->run_due();

  EXPECT_EQ(status("loop"), not_serving);
  EXPECT_EQ(status("liveness"), not_serving);
}

TEST_F(GrpcServicesTest, AreLeftByClientsWhenTheServiceDrains) {
  health->add_readiness_check("export-db", PushedCheck{true});
  health->add_liveness_check("event-loop", PushedCheck{true});

  health->begin_shutdown("SIGTERM");

  for (const auto* name : {"", "readiness", "notes.v1.Notes", "export"}) EXPECT_EQ(status(name), not_serving) << name;
  for (const auto* name : {"liveness", "startup", "loop"}) EXPECT_EQ(status(name), serving) << name;
}

TEST_F(GrpcServicesTest, AreAllNotServingOnceShutDown) {
  health->add_liveness_check("event-loop", PushedCheck{true});
  updates->services.shut_down();

  for (const auto* name : {"", "liveness", "startup", "loop"}) EXPECT_EQ(status(name), not_serving) << name;
  for (const auto* name : {"export", "other"}) EXPECT_EQ(status(name), service_unknown) << name;
  EXPECT_THAT(updates->services.list(), ElementsAre(Pair("", not_serving), Pair("liveness", not_serving),
                                                    Pair("readiness", not_serving), Pair("startup", not_serving),
                                                    Pair("notes.v1.Notes", not_serving), Pair("loop", not_serving)));
}

TEST_F(GrpcServicesTest, AreNotServingWithoutTheirRegistry) {
  EXPECT_EQ(status(""), serving);

  health.reset();

  for (const auto* name : {"", "liveness", "startup", "export"}) EXPECT_EQ(status(name), not_serving) << name;
}

TEST_F(GrpcServicesTest, ChangeOnlyIfAStatusDoes) {
  PushedCheck database{true};
  health->add_readiness_check("database", database);
  const auto before = updates->changes;
  database.set(CheckResult::warn("slow"));
  database.set(CheckResult::warn("slower"));
  EXPECT_EQ(updates->changes, before);

  database.set(CheckResult::fail("down"));

  EXPECT_EQ(updates->changes, before + 1);
}

}  // namespace
}  // namespace vitals_test
