#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/handles.hpp>
#include <vitals/registry.hpp>

#include "support/responses.hpp"
#include "unit/http/http_endpoint_fixture.hpp"

namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using vitals::Callers;
using vitals::CheckResult;
using vitals::Endpoint;
using vitals::HealthRegistry;
using vitals::PushedCheck;
using vitals::test::get;
using vitals::test::header;

using DialectTest = vitals::test::EndpointTest;

TEST_F(DialectTest, IsVerboseIfRequestedWithAnyValue) {
  for (const auto* target : {"/ready?verbose", "/ready?verbose=0", "/ready?x&verbose="})
    EXPECT_EQ(get(endpoint, target).body, "[+]database ok\nOK\n") << target;
}

TEST_F(DialectTest, WithholdsReasonsFromTextByDefault) {
  database.set(CheckResult::fail("secret").with("secret", 1));

  EXPECT_EQ(get(endpoint, "/ready?verbose").body, "[-]database failed: reason withheld\nService Unavailable\n");
  EXPECT_EQ(get(endpoint, "/ready/database?verbose").body,
            "[-]database failed: reason withheld\nService Unavailable\n");
}

TEST_F(DialectTest, ShowsReasonsWhereDetailsAreAlways) {
  const Endpoint open{health, {.details = Callers::anyone}};
  database.set(CheckResult::fail("refused").with("attempts", 3));

  EXPECT_EQ(get(open, "/ready?verbose").body, "[-]database failed: refused\nService Unavailable\n");
  EXPECT_THAT(get(open, "/ready", "application/json").body, HasSubstr(R"("output":"refused","data":{"attempts":3})"));
}

TEST_F(DialectTest, WithholdsReasonsFromJsonByDefault) {
  database.set(CheckResult::fail("secret").with("secret", 1));
  health.begin_shutdown("secret");

  for (const auto* target : {"/ready", "/ready/database", "/health", "/health/database"})
    EXPECT_THAT(get(endpoint, target, "application/json").body, Not(HasSubstr("secret"))) << target;
}

TEST_F(DialectTest, WritesJsonForClientsThatNameIt) {
  const auto health_json = get(endpoint, "/ready", "application/health+json");
  const auto json = get(endpoint, "/ready", "application/json");

  EXPECT_EQ(header(health_json, "Content-Type"), "application/health+json");
  EXPECT_EQ(header(json, "Content-Type"), "application/json");
  EXPECT_THAT(json.body, StartsWith(R"({"status":"pass","time":")"));
  EXPECT_EQ(json.body, health_json.body);
}

TEST_F(DialectTest, PrefersJsonToVerboseText) {
  EXPECT_THAT(get(endpoint, "/ready?verbose", "application/json").body, StartsWith("{"));
}

TEST_F(DialectTest, WritesTextForClientsThatAcceptAnything) {
  for (const auto* accept :
       {"*/*", "application/*", "text/html,*/*;q=0.8", "application/json;q=0", "application/json;q"})
    EXPECT_EQ(get(endpoint, "/ready", accept).body, "OK") << accept;
}

TEST_F(DialectTest, ShowsAllChecksAsJsonWhateverIsAccepted) {
  for (const auto* accept : {"", "*/*", "text/plain", "application/health+json", "\xff"}) {
    const auto reply = get(endpoint, "/health?verbose", accept);

    EXPECT_EQ(header(reply, "Content-Type"), "application/health+json") << accept;
    EXPECT_THAT(reply.body, HasSubstr(R"("probes":{"liveness":"pass","readiness":"pass","startup":"pass"})")) << accept;
    EXPECT_THAT(reply.body, HasSubstr(R"("loop":[{"probe":"liveness","status":"pass")")) << accept;
  }
}

TEST_F(DialectTest, ShowsAllChecksAsPlainJsonIfOnlyThatIsNamed) {
  EXPECT_EQ(header(get(endpoint, "/health", "application/json"), "Content-Type"), "application/json");
}

TEST_F(DialectTest, ShowsAllChecksWithTheCodeOfTheWorstProbe) {
  loop.set(CheckResult::warn());
  EXPECT_EQ(get(endpoint, "/health").status, 200);
  EXPECT_THAT(get(endpoint, "/health").body, StartsWith(R"({"status":"warn")"));

  database.set(CheckResult::fail());
  EXPECT_EQ(get(endpoint, "/health").status, 503);
  EXPECT_THAT(get(endpoint, "/health").body, StartsWith(R"({"status":"fail")"));
}

TEST_F(DialectTest, ShowsAnyCheckAsJsonUnderHealth) {
  loop.set(CheckResult::fail());

  const auto reply = get(endpoint, "/health/loop", "text/plain");

  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(header(reply, "Content-Type"), "application/health+json");
  EXPECT_THAT(reply.body, HasSubstr(R"("checks":{"loop":[{"probe":"liveness","status":"fail")"));
}

TEST_F(DialectTest, SaysThatItIsShuttingDown) {
  const Endpoint open{health, {.details = Callers::anyone}};

  health.begin_shutdown("SIGTERM");

  EXPECT_EQ(get(open, "/ready?verbose").body, "[+]database ok\n[-](shutdown) failed: SIGTERM\nService Unavailable\n");
  EXPECT_EQ(get(open, "/healthz").status, 200);
}

TEST(StartingTest, SaysThatTheServiceIsStarting) {
  HealthRegistry health;
  health.add_startup_check("migration", PushedCheck{CheckResult::fail("step 1")});
  const Endpoint open{health, {.details = Callers::anyone}};

  EXPECT_EQ(get(open, "/ready?verbose").body, "[-](startup) failed: starting\nService Unavailable\n");
  EXPECT_EQ(get(open, "/startup?verbose").body, "[-]migration failed: step 1\nService Unavailable\n");
}

}  // namespace
