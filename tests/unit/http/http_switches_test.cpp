#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>

#include "http_endpoint_fixture.hpp"
#include "support/responses.hpp"

namespace {

using vitals::CheckResult;
using vitals::Endpoint;
using vitals::test::get;
using vitals::test::header;

class SwitchesTest : public vitals::test::EndpointTest {};

TEST_F(SwitchesTest, TheAskerMayWantAnotherCodeForAWarning) {
  EXPECT_EQ(get(endpoint, "/ready?warn=429").status, 200);
  EXPECT_EQ(get(endpoint, "/ready").status, 200);

  database.set(CheckResult::warn("slow"));

  for (const auto* target :
       {"/ready?warn=429", "/ready?verbose&warn=429", "/health?warn=429", "/ready/database?warn=429"})
    EXPECT_EQ(get(endpoint, target).status, 429) << target;
  for (const auto* target : {"/ready", "/ready?warn", "/ready?warn=", "/ready?warn=503", "/ready?warn=4290",
                             "/ready?Warn=429", "/ready?warn=%34%32%39", "/healthz?warn=429"})
    EXPECT_EQ(get(endpoint, target).status, 200) << target;

  database.set(CheckResult::fail("down"));

  EXPECT_EQ(get(endpoint, "/ready?warn=429").status, 503);
}

TEST_F(SwitchesTest, EnvoyLearnsThatTheServiceIsDegraded) {
  const Endpoint for_envoy{health, {.envoy_headers = true}};

  EXPECT_EQ(header(get(for_envoy, "/ready"), "x-envoy-degraded"), "none");

  database.set(CheckResult::warn("slow"));

  EXPECT_EQ(header(get(for_envoy, "/ready"), "x-envoy-degraded"), "true");
  EXPECT_EQ(header(get(for_envoy, "/health"), "x-envoy-degraded"), "true");
  EXPECT_EQ(header(get(for_envoy, "/healthz"), "x-envoy-degraded"), "none");
  EXPECT_EQ(header(get(endpoint, "/ready"), "x-envoy-degraded"), "none");
}

TEST_F(SwitchesTest, EnvoyExcludesAnInstanceThatShutsDownAtOnce) {
  const Endpoint for_envoy{health, {.envoy_headers = true}};
  database.set(CheckResult::fail("down"));
  constexpr auto name = "x-envoy-immediate-health-check-fail";

  EXPECT_EQ(header(get(for_envoy, "/ready"), name), "none");

  health.begin_shutdown("SIGTERM");

  EXPECT_EQ(header(get(for_envoy, "/ready"), name), "true");
  EXPECT_EQ(header(get(for_envoy, "/healthz"), name), "none");
  EXPECT_EQ(header(get(for_envoy, "/health"), name), "none");
  EXPECT_EQ(header(get(endpoint, "/ready"), name), "none");
}

TEST_F(SwitchesTest, HAProxyLearnsThatTheServiceDrains) {
  const Endpoint for_haproxy{health, {.not_found_while_draining = true}};
  database.set(CheckResult::fail("down"));

  EXPECT_EQ(get(for_haproxy, "/ready").status, 503);

  health.begin_shutdown("SIGTERM");

  for (const auto* target : {"/ready", "/readyz?verbose"}) EXPECT_EQ(get(for_haproxy, target).status, 404) << target;
  EXPECT_EQ(get(for_haproxy, "/healthz").status, 200);
  EXPECT_EQ(get(for_haproxy, "/health").status, 503);
  EXPECT_EQ(get(for_haproxy, "/ready/database").status, 503);
  EXPECT_EQ(get(endpoint, "/ready").status, 503);
}

}  // namespace
