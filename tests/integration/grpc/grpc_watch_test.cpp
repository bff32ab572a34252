// Watch calls, and a channel that makes one.

#include <string>
#include <vector>

#include "integration/grpc/grpc_fixture.hpp"
#include "support/gate.hpp"

namespace vitals_test {
namespace {

using testing::ElementsAre;
using vitals::CheckResult;
using vitals::Probe;
using vitals::PushedCheck;

using GrpcWatchCallTest = GrpcHealthTest;

TEST_F(GrpcWatchCallTest, WatchesEachChange) {
  start();
  const auto& client = watch("");
  ASSERT_TRUE(client.prints("SERVING"));
  database.set(CheckResult::warn("slow"));
  database.set(CheckResult::fail("down"));
  ASSERT_TRUE(client.prints("NOT_SERVING"));
  database.set(CheckResult::fail("still down"));
  database.set(true);
  ASSERT_TRUE(client.prints("SERVING"));

  EXPECT_THAT(client.lines(), ElementsAre("SERVING", "NOT_SERVING", "SERVING"));
}

TEST_F(GrpcWatchCallTest, WatchesAServiceThatBecomesKnown) {
  start({.names = {{"export", "export-db"}}});
  const auto& client = watch("export");
  const auto& unknown = watch("notes.v1.Other");
  ASSERT_TRUE(client.prints("SERVICE_UNKNOWN"));
  const auto check = health->add_readiness_check("export-db", PushedCheck{true});
  ASSERT_TRUE(client.prints("SERVING"));
  check.remove();
  ASSERT_TRUE(client.prints("SERVICE_UNKNOWN"));

  EXPECT_TRUE(unknown.prints("SERVICE_UNKNOWN"));
  EXPECT_THAT(unknown.lines(), ElementsAre("SERVICE_UNKNOWN"));
}

TEST_F(GrpcWatchCallTest, WatchersDoNotWaitForListeners) {
  const Gate gate;
  const auto subscription = health->on_change([gate](const vitals::HealthEvent&) { gate.wait(); });
  start();
  const auto& client = watch("");
  ASSERT_TRUE(client.prints("SERVING"));

  database.set(CheckResult::fail("down"));

  EXPECT_TRUE(client.prints("NOT_SERVING"));
  gate.open();
}

TEST_F(GrpcWatchCallTest, LivenessStaysWhenTheServiceDrains) {
  start();
  const auto& ready = watch("");
  const auto& alive = watch("liveness");
  ASSERT_TRUE(ready.prints("SERVING"));
  ASSERT_TRUE(alive.prints("SERVING"));

  health->begin_shutdown("SIGTERM");

  EXPECT_TRUE(ready.prints("NOT_SERVING"));
  EXPECT_EQ(check(""), "NOT_SERVING");
  EXPECT_EQ(check("liveness"), "SERVING");
  EXPECT_THAT(alive.lines(), ElementsAre("SERVING"));
}

TEST_F(GrpcWatchCallTest, ShutdownEndsEachWatchAndSoTheServer) {
  start();
  auto& ready = watch("");
  auto& alive = watch("liveness");
  auto& unknown = watch("notes.v1.Other");
  ASSERT_TRUE(ready.prints("SERVING"));
  ASSERT_TRUE(alive.prints("SERVING"));
  ASSERT_TRUE(unknown.prints("SERVICE_UNKNOWN"));

  service->shutdown();

  EXPECT_THAT(ready.wait(), ElementsAre("SERVING", "NOT_SERVING", "UNAVAILABLE: shutting down"));
  EXPECT_THAT(alive.wait(), ElementsAre("SERVING", "NOT_SERVING", "UNAVAILABLE: shutting down"));
  EXPECT_THAT(unknown.wait(), ElementsAre("SERVICE_UNKNOWN", "UNAVAILABLE: shutting down"));
  EXPECT_THAT(ask({"watch", ""}), ElementsAre("UNAVAILABLE: shutting down"));
  EXPECT_EQ(check("liveness"), "NOT_SERVING");
  server->Shutdown();  // without a deadline it would wait for open streams
}

TEST_F(GrpcWatchCallTest, StreamsOfClientsThatAreGoneEnd) {
  start();
  auto& client = watch("");
  ASSERT_TRUE(client.prints("SERVING"));

  client.kill();

  server->Shutdown();  // without a deadline
}

TEST_F(GrpcWatchCallTest, ReachesManyWatchers) {
  start();
  const auto& client = clients.emplace_back(std::vector<std::string>{address(), "many", "500", ""});
  ASSERT_TRUE(client.prints("500 SERVING"));

  database.set(CheckResult::fail("down"));
  ASSERT_TRUE(client.prints("500 NOT_SERVING"));
  service->shutdown();

  EXPECT_TRUE(client.prints("500 UNAVAILABLE"));
}

TEST_F(GrpcWatchCallTest, AChannelThatChecksHealthIsReadyWhenTheServiceIs) {
  database.set(CheckResult::fail("down"));
  start({.names = {{"notes.v1.Notes", Probe::readiness}}});
  const auto& client = clients.emplace_back(std::vector<std::string>{address(), "channel", "notes.v1.Notes"});
  ASSERT_TRUE(client.prints("TRANSIENT_FAILURE"));
  database.set(true);
  ASSERT_TRUE(client.prints("READY"));
  database.set(CheckResult::fail("down"));
  ASSERT_TRUE(client.prints("TRANSIENT_FAILURE"));
}

}  // namespace
}  // namespace vitals_test
