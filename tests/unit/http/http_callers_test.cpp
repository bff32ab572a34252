#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/kubernetes_text.hpp>
#include <vitals/metrics.hpp>
#include <vitals/rendered.hpp>

#include "http_endpoint_fixture.hpp"
#include "support/responses.hpp"
#include "support/token.hpp"

namespace {

using testing::HasSubstr;
using testing::Not;
using vitals::Callers;
using vitals::CheckResult;
using vitals::Endpoint;
using vitals::HealthView;
using vitals::Probe;
using vitals::Rendered;
using vitals::test::get;
using vitals_test::bearer;
using vitals_test::token;

class CallersOfEndpointTest : public vitals::test::EndpointTest {
 protected:
  static std::string body(const Endpoint& of, const vitals::HttpRequest& request) {
    const auto reply = of.handle(request);
    return reply ? reply->body : "no answer";
  }
};

TEST_F(CallersOfEndpointTest, SeeDetailsWithAToken) {
  const Endpoint careful{health, {.details = Callers::with_token, .tokens = {token}}};
  database.set(CheckResult::fail("refused"));

  EXPECT_THAT(body(careful, {.target = "/ready?verbose", .authorization = bearer}), HasSubstr("failed: refused"));
  EXPECT_THAT(body(careful, {.target = "/ready?verbose"}), HasSubstr("failed: reason withheld"));
  EXPECT_THAT(body(careful, {.target = "/ready?verbose", .authorization = "Bearer another0token00"}),
              HasSubstr("failed: reason withheld"));
  EXPECT_THAT(body(careful, {.target = "/ready/database?verbose", .authorization = bearer}), HasSubstr("refused"));
}

TEST_F(CallersOfEndpointTest, SeeDetailsOnLoopback) {
  const Endpoint careful{health, {.details = Callers::on_loopback}};
  database.set(CheckResult::fail("refused"));

  EXPECT_THAT(body(careful, {.target = "/ready?verbose", .remote_address = "127.0.0.1"}), HasSubstr("refused"));
  EXPECT_THAT(body(careful, {.target = "/ready?verbose", .remote_address = "192.0.2.1"}), Not(HasSubstr("refused")));
  EXPECT_THAT(body(careful, {.target = "/ready?verbose"}), Not(HasSubstr("refused")));
}

TEST_F(CallersOfEndpointTest, SeeHowManyChecksThereAreWithoutNames) {
  const Endpoint closed{health, {.details = Callers::anyone, .names = Callers::nobody}};
  health.add_readiness_check("cache", vitals::PushedCheck{CheckResult::warn("cold")});
  health.add_readiness_check("mail", vitals::PushedCheck{true});
  health.add_readiness_check("queue", vitals::PushedCheck{true});
  database.set(CheckResult::fail("refused"));

  EXPECT_EQ(body(closed, {.target = "/ready?verbose"}),
            "[+](2 checks) ok\n[!](1 check) degraded\n[-](1 check) failed\nService Unavailable\n");
  EXPECT_THAT(body(closed, {.target = "/ready", .accept = "application/json"}),
              HasSubstr(R"("counts":{"pass":2,"warn":1,"fail":1})"));
  EXPECT_THAT(body(closed, {.target = "/health"}), HasSubstr(R"("counts":{"pass":4,"warn":1,"fail":1})"));
  EXPECT_EQ(body(closed, {.target = "/ready"}), "Service Unavailable");
}

TEST_F(CallersOfEndpointTest, FindNoCheckByNameWithoutNames) {
  const Endpoint closed{health, {.names = Callers::nobody}};

  for (const auto* target : {"/ready/database", "/health/database", "/ready/nothing"})
    EXPECT_EQ(get(closed, target).status, 404) << target;
}

TEST_F(CallersOfEndpointTest, GetNothingFromARouteThatIsNotForThem) {
  const Endpoint some{health,
                      {.tokens = {token},
                       .routes = {{"/local", [] { return "local"; }, {.callers = Callers::on_loopback}},
                                  {"/secret", [] { return "secret"; }, {.callers = Callers::with_token}},
                                  {"/off", [] { return "off"; }, {.callers = Callers::nobody}},
                                  {"/open", [] { return "open"; }}}}};

  EXPECT_EQ(body(some, {.target = "/local"}), "no answer");
  EXPECT_EQ(body(some, {.target = "/local", .remote_address = "::1"}), "local");
  EXPECT_EQ(body(some, {.target = "/secret", .remote_address = "::1"}), "no answer");
  EXPECT_EQ(body(some, {.target = "/secret", .authorization = bearer}), "secret");
  EXPECT_EQ(body(some, {.target = "/off", .authorization = bearer, .remote_address = "::1"}), "no answer");
  EXPECT_EQ(body(some, {.target = "/open"}), "open");
}

/// Secrets in every text that an application can give, for callers that may see names, or not even these.
TEST_F(CallersOfEndpointTest, FindNoSecretInAnyOutputUnlessTheyMay) {
  vitals::HealthRegistry registry{{.service = {.name = "secret-service",
                                               .version = "secret-version",
                                               .release_id = "secret-release",
                                               .description = "secret-description",
                                               .links = {{"secret-link", "https://secret.example"}}},
                                   .clock = clock}};
  const auto planted = CheckResult::fail("secret-message").with("secret-datum", "secret-value");
  registry.add_readiness_check("secret-name", vitals::PushedCheck{planted}, {.critical = false});
  registry.add_liveness_check("secret-name-2", [] { throw std::runtime_error{"secret-exception"}; });
  registry.add_readiness_check("secret-name-3",
                               [&] { return CheckResult::warn("secret").with("uptime", "secret-up"); });
  const auto print_all = [](const HealthView& view) {
    std::string text{view.service().name + view.service().description};
    for (const auto probe : {Probe::liveness, Probe::readiness}) {
      text += view.report(probe).reason();
      for (const auto& check : view.report(probe).checks()) {
        text += check.name + check.message;
        for (const auto& datum : check.data) text += datum.key;
      }
    }
    return Rendered{.body = text};
  };
  const auto endpoint_for = [&](Callers names, Callers details) {
    return Endpoint{
        registry,
        {.details = details,
         .names = names,
         .routes = {vitals::metrics(), vitals::kubernetes_text("/k8s", Probe::readiness),
                    vitals::kubernetes_text("/k8s-live", Probe::liveness), vitals::rendered("/own", print_all)}}};
  };
  const auto all_outputs = [&](const Endpoint& of) {
    std::string text;
    for (const auto* target : {"/healthz?verbose", "/ready", "/ready?verbose", "/ready/secret-name?verbose", "/health",
                               "/health/secret-name", "/metrics", "/k8s?verbose", "/k8s?exclude=secret-name&verbose",
                               "/k8s-live", "/k8s-live/secret-name-2", "/own"})
      for (const auto* accept : {"", "application/json"}) {
        const auto reply = of.handle({.target = target, .accept = accept}).value();
        text += reply.body;
        for (const auto& header : reply.headers) text += header.name + header.value;
      }
    return text;
  };

  registry.run_due();
  for (const bool draining : {false, true}) {
    if (draining) registry.begin_shutdown("secret-reason");
    auto with_names = all_outputs(endpoint_for(Callers::anyone, Callers::nobody));
    for (auto at = with_names.find("secret-name"); at != with_names.npos; at = with_names.find("secret-name"))
      with_names.erase(at, 11);
    EXPECT_THAT(with_names, Not(HasSubstr("secret")));
    EXPECT_THAT(all_outputs(endpoint_for(Callers::nobody, Callers::anyone)), Not(HasSubstr("secret")));
    const auto everything = all_outputs(endpoint_for(Callers::anyone, Callers::anyone));
    for (const auto* text : {"secret-service", "secret-message", "secret-value", "secret-exception", "secret-up"})
      EXPECT_THAT(everything, HasSubstr(text));
  }
}

}  // namespace
