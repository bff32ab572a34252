#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/handles.hpp>
#include <vitals/registry.hpp>

#include "http/answers.hpp"
#include "support/responses.hpp"
#include "unit/http/http_endpoint_fixture.hpp"

namespace {

using testing::HasSubstr;
using testing::Not;
using vitals::CheckResult;
using vitals::Endpoint;
using vitals::HealthRegistry;
using vitals::PushedCheck;
using vitals::test::EndpointTest;
using vitals::test::get;
using vitals::test::header;

TEST_F(EndpointTest, SaysOkWhereTheProbePasses) {
  for (const auto* path : {"/healthz", "/livez", "/ready", "/readyz", "/startup", "/startupz"}) {
    const auto reply = get(endpoint, path);

    EXPECT_EQ(reply.status, 200) << path;
    EXPECT_EQ(reply.body, "OK") << path;
  }
}

TEST_F(EndpointTest, SaysOkWhereTheProbeWarns) {
  database.set(CheckResult::warn("slow"));

  const auto reply = get(endpoint, "/ready");

  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "OK");
}

TEST_F(EndpointTest, SaysServiceUnavailableWhereTheProbeFails) {
  database.set(CheckResult::fail("refused"));

  const auto ready = get(endpoint, "/ready");
  const auto alive = get(endpoint, "/healthz");

  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.body, "Service Unavailable");
  EXPECT_EQ(alive.status, 200);
}

TEST_F(EndpointTest, SendsTheSameHeadersWithEveryAnswer) {
  database.set(CheckResult::fail());

  for (const auto* target : {"/healthz", "/ready", "/ready?verbose", "/ready/database", "/ready/nobody"}) {
    const auto reply = get(endpoint, target);

    EXPECT_EQ(header(reply, "Content-Type"), "text/plain; charset=utf-8") << target;
    EXPECT_EQ(header(reply, "Cache-Control"), "no-store") << target;
    EXPECT_EQ(header(reply, "X-Content-Type-Options"), "nosniff") << target;
    EXPECT_EQ(header(reply, "Allow"), "none") << target;
    EXPECT_EQ(reply.content_length, reply.body.size()) << target;
  }
}

TEST_F(EndpointTest, LeavesForeignPathsToTheApplication) {
  for (const auto* target : {"/", "/healthzx", "/metrics", "*", "", "/Ready", "/ready#x", "/health.json"})
    EXPECT_EQ(endpoint.handle({.target = target}), std::nullopt) << target;
}

// Only the application can answer for its server as a whole.
TEST_F(EndpointTest, LeavesTheWholeServerToTheApplication) {
  for (const auto* method : {"GET", "OPTIONS"}) {
    bool was_foreign = false;

    EXPECT_EQ(endpoint.handle({.method = method, .target = "*"}), std::nullopt) << method;
    const auto pending = endpoint.async_handle({.method = method, .target = "*"},
                                               [&](const auto& reply) { was_foreign = !reply.has_value(); });

    EXPECT_TRUE(was_foreign) << method;
  }
}

TEST_F(EndpointTest, IsNotConfusedByAQuery) {
  for (const auto* target : {"/ready?", "/ready?x=1", "/ready?x=/healthz", "/ready?%00&#", "http://h:1/ready?x=1"})
    EXPECT_EQ(get(endpoint, target).body, "OK") << target;
}

TEST_F(EndpointTest, AnswersGetHeadAndOptionsWithTheStatusOfTheProbe) {
  database.set(CheckResult::fail());

  for (const auto* method : {"GET", "HEAD", "OPTIONS"})
    EXPECT_EQ(endpoint.handle({.method = method, .target = "/ready"})->status, 503) << method;
}

TEST_F(EndpointTest, AnswersHeadWithTheLengthOfTheBodyAlone) {
  for (const auto* target : {"/ready", "/ready?verbose", "/health", "/ready/database", "/ready/nobody"}) {
    const auto reply = *endpoint.handle({.method = "HEAD", .target = target});

    EXPECT_EQ(reply.body, "") << target;
    EXPECT_EQ(reply.content_length, get(endpoint, target).body.size()) << target;
    EXPECT_GT(reply.content_length, 0) << target;
  }
}

TEST_F(EndpointTest, AnswersOptionsLikeGetAndWithAllow) {
  const auto reply = *endpoint.handle({.method = "OPTIONS", .target = "/ready"});

  EXPECT_EQ(reply.body, "OK");
  EXPECT_EQ(header(reply, "Allow"), "GET, HEAD, OPTIONS");
}

TEST_F(EndpointTest, RefusesOtherMethods) {
  for (const auto* method : {"POST", "PUT", "DELETE", "TRACE", "get", "GETX", "", "G\xff"}) {
    const auto reply = *endpoint.handle({.method = method, .target = "/ready", .accept = "application/json"});

    EXPECT_EQ(reply.status, 405) << method;
    EXPECT_EQ(reply.body, "Method Not Allowed") << method;
    EXPECT_EQ(header(reply, "Allow"), "GET, HEAD, OPTIONS") << method;
    EXPECT_EQ(header(reply, "Content-Type"), "text/plain; charset=utf-8") << method;
    EXPECT_EQ(header(reply, "Cache-Control"), "no-store") << method;
  }
}

TEST_F(EndpointTest, LeavesForeignPathsToTheApplicationWhateverTheMethod) {
  EXPECT_EQ(endpoint.handle({.method = "POST", .target = "/notes"}), std::nullopt);
}

TEST_F(EndpointTest, AnswersForOneCheck) {
  health.add_readiness_check("cache", [] { return true; });
  health.run_due();
  database.set(CheckResult::fail());

  EXPECT_EQ(get(endpoint, "/ready/cache").status, 200);
  EXPECT_EQ(get(endpoint, "/ready/cache").body, "OK");
  EXPECT_EQ(get(endpoint, "/readyz/database").status, 503);
  EXPECT_EQ(get(endpoint, "/readyz/database").body, "Service Unavailable");
}

TEST_F(EndpointTest, AnswersForOneCheckByItsOwnStatusAlsoIfItIsNotCritical) {
  health.add_readiness_check("search", [] { return false; }, {.critical = false});
  health.run_due();

  EXPECT_EQ(get(endpoint, "/ready").status, 200);
  EXPECT_EQ(get(endpoint, "/ready/search").status, 503);
  EXPECT_EQ(get(endpoint, "/ready?verbose").body, "[+]database ok\n[!]search degraded: reason withheld\nOK\n");
}

TEST_F(EndpointTest, DoesNotKnowTheChecksOfAnotherProbe) {
  EXPECT_EQ(get(endpoint, "/healthz/database").status, 404);
  EXPECT_EQ(get(endpoint, "/ready/loop").status, 404);
  EXPECT_EQ(get(endpoint, "/health/loop").status, 200);
}

TEST_F(EndpointTest, DoesNotFindWhatIsNoCheck) {
  const std::string too_long(65, 'x');
  for (const auto& name :
       {std::string{"nobody"}, std::string{}, std::string{"/"}, std::string{"database/"}, std::string{"Database"},
        std::string{"d%61tabase"}, too_long, std::string{"database\0", 9}}) {
    const auto reply = get(endpoint, "/ready/" + name, "application/json");

    EXPECT_EQ(reply.status, 404) << name;
    EXPECT_EQ(reply.body, "Not Found") << name;
    EXPECT_EQ(header(reply, "Content-Type"), "text/plain; charset=utf-8") << name;
  }
}

TEST_F(EndpointTest, ForgetsACheckThatWasRemoved) {
  auto handle = health.add_readiness_check("session", PushedCheck{CheckResult::fail()});
  EXPECT_EQ(get(endpoint, "/ready/session").status, 503);

  handle.remove();

  EXPECT_EQ(get(endpoint, "/ready/session").status, 404);
  EXPECT_EQ(get(endpoint, "/ready").status, 200);
}

TEST_F(EndpointTest, KeepsNothingOfARequestButTheNameOfACheck) {
  const vitals::detail::Answers answers{vitals::detail::state_of(health), {}};
  const std::string long_target = "/ready/" + std::string(1000, 'x');

  const auto of_check = answers.question({.target = "/ready/database?verbose"});
  const auto of_none = answers.question({.target = long_target});

  EXPECT_EQ(of_check.value().check, "database");
  EXPECT_TRUE(of_none.value().one_check);
  EXPECT_EQ(of_none.value().check, "");
}

TEST_F(EndpointTest, NeverRepeatsTheRequest) {
  const std::string marker = "x0marker0x";
  for (const auto& target : {"/ready/" + marker, "/ready?" + marker, "http://" + marker + "/ready"})
    for (const auto& method : {std::string{"GET"}, marker}) {
      const auto reply = *endpoint.handle({.method = method, .target = target, .accept = "text/" + marker});

      EXPECT_THAT(reply.body, Not(HasSubstr(marker)));
      for (const auto& [name, value] : reply.headers) EXPECT_THAT(name + value, Not(HasSubstr(marker)));
    }
}

TEST_F(EndpointTest, SurvivesHostileRequests) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  const std::string huge(1 << 20, '/');

  EXPECT_EQ(get(endpoint, "/ready/" + every_byte, every_byte).status, 404);
  EXPECT_EQ(get(endpoint, "/ready?" + every_byte, every_byte).status, 200);
  EXPECT_EQ(get(endpoint, "/ready" + huge, huge).status, 404);
  EXPECT_EQ(get(endpoint, "/ready?" + huge, huge).status, 200);
  EXPECT_EQ(endpoint.handle({.target = every_byte}), std::nullopt);
  EXPECT_EQ(endpoint.handle({.target = huge}), std::nullopt);
  EXPECT_EQ(endpoint.handle({.method = huge, .target = "/ready"})->status, 405);
}

TEST_F(EndpointTest, AnswersOnTheConfiguredPaths) {
  const Endpoint own{health, {.liveness_paths = {"/"}, .readiness_paths = {"/up"}, .health_paths = {}}};

  EXPECT_EQ(get(own, "/").status, 200);
  EXPECT_EQ(get(own, "/up").status, 200);
  for (const auto* target : {"/healthz", "/ready", "/health", "/x"})
    EXPECT_EQ(own.handle({.target = target}), std::nullopt) << target;
}

TEST_F(EndpointTest, RefusesMalformedPaths) {
  EXPECT_THROW((Endpoint{health, {.liveness_paths = {"healthz"}}}), std::invalid_argument);
}

TEST_F(EndpointTest, OutlivesTheRegistryAndThenFailsItsProbes) {
  auto gone = std::make_unique<HealthRegistry>();
  const Endpoint survivor{*gone};
  EXPECT_EQ(get(survivor, "/ready").status, 200);

  gone.reset();

  for (const auto* target : {"/ready", "/healthz", "/health"}) EXPECT_EQ(get(survivor, target).status, 503) << target;
}

}  // namespace
