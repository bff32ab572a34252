#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/page.hpp>
#include <vitals/registry.hpp>

#include "support/responses.hpp"

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;
using vitals::Callers;
using vitals::CheckResult;
using vitals::Endpoint;
using vitals::HealthRegistry;
using vitals::PushedCheck;
using vitals::test::get;
using vitals::test::header;

constexpr auto of_chromium =
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7";
constexpr auto of_firefox = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

class PageRouteTest : public testing::Test {
 protected:
  PageRouteTest() { health.add_readiness_check("database", database); }

  PushedCheck database{CheckResult::pass()};
  HealthRegistry health;
  Endpoint endpoint{health, {.details = Callers::anyone, .routes = {vitals::page()}}};
};

TEST_F(PageRouteTest, AnswersBrowsers) {
  for (const auto* accept :
       {of_chromium, of_firefox, "text/html", "TEXT/HTML;q=0.1", "application/json;q=0.9, text/html"}) {
    const auto page = get(endpoint, "/health", accept);

    EXPECT_EQ(header(page, "Content-Type"), "text/html; charset=utf-8") << accept;
    EXPECT_THAT(page.body, StartsWith("<!doctype html>"));
    EXPECT_EQ(page.status, 200);
  }
}

TEST_F(PageRouteTest, AnswersOthersAsHealthDoes) {
  for (const auto* accept : {"", "*/*", "text/*", "application/json", "application/json, text/html", "text/html;q=0",
                             "text/html, bad syntax"}) {
    const auto reply = get(endpoint, "/health", accept);

    EXPECT_THAT(header(reply, "Content-Type"), StartsWith("application/")) << accept;
    EXPECT_THAT(reply.body, StartsWith(R"({"status":"pass")"));
  }
  EXPECT_THAT(get(endpoint, "/health/database", of_firefox).body, StartsWith(R"({"status":"pass")"));
  EXPECT_FALSE(endpoint.handle({.target = "/health/nothing"}).value().status == 200);
}

TEST_F(PageRouteTest, HasTheStatusCodeOfHealth) {
  database.set(CheckResult::fail("refused"));

  EXPECT_EQ(get(endpoint, "/health", of_firefox).status, 503);
  EXPECT_EQ(get(endpoint, "/health").status, 503);
  EXPECT_EQ(get(endpoint, "/health?feed").status, 200);
}

TEST_F(PageRouteTest, AllowsItsOwnStyleAndScriptOnly) {
  EXPECT_THAT(header(get(endpoint, "/health", of_firefox), "Content-Security-Policy"),
              MatchesRegex("default-src 'none'; connect-src 'self'; script-src 'sha256-[A-Za-z0-9+/]{43}='; "
                           "style-src 'sha256-[A-Za-z0-9+/]{43}='; img-src data:; base-uri 'none'; form-action 'none'; "
                           "frame-ancestors 'none'"));
  EXPECT_EQ(header(get(endpoint, "/health"), "Content-Security-Policy"), "none");
}

TEST_F(PageRouteTest, ShowsTransitionsAtOnce) {
  EXPECT_THAT(get(endpoint, "/health?feed").body, HasSubstr(R"("transitions":[])"));
  EXPECT_THAT(get(endpoint, "/health", of_firefox).body, HasSubstr("None so far"));

  database.set(CheckResult::fail("refused"));
  EXPECT_THAT(get(endpoint, "/health", of_firefox).body, HasSubstr("<th scope=row>database"));  // kept from now on
  health.run_due();                                                                             // delivers the events

  EXPECT_THAT(get(endpoint, "/health", of_firefox).body,
              AllOf(HasSubstr("<b>database</b>"), HasSubstr("<b>readiness probe</b>")));
  EXPECT_THAT(get(endpoint, "/health?feed").body, HasSubstr(R"("check":"database","from":"pass")"));
}

TEST_F(PageRouteTest, HasNoTransitionsOfBefore) {
  database.set(CheckResult::fail("refused"));
  health.run_due();

  const Endpoint later{health, {.routes = {vitals::page()}}};
  health.run_due();

  EXPECT_THAT(get(later, "/health", of_firefox).body, HasSubstr("None so far"));
}

TEST_F(PageRouteTest, OneRouteMayServeTwoRegistries) {
  const vitals::HttpRoute route = vitals::page();
  HealthRegistry other;
  const PushedCheck queue{CheckResult::pass()};
  other.add_readiness_check("queue", queue);
  const Endpoint first{health, {.routes = {route}}};
  const Endpoint second{other, {.routes = {route}}};
  health.run_due();
  other.run_due();

  queue.set(false);
  other.run_due();

  EXPECT_THAT(get(second, "/health", of_firefox).body, HasSubstr("<b>queue</b>"));
  EXPECT_THAT(get(first, "/health", of_firefox).body, HasSubstr("None so far"));
}

TEST_F(PageRouteTest, MayHaveAPathOfItsOwn) {
  const Endpoint own{health, {.routes = {vitals::page("/status")}}};

  EXPECT_THAT(get(own, "/status", of_firefox).body, StartsWith("<!doctype html>"));
  EXPECT_THAT(get(own, "/status").body, StartsWith("{"));
  EXPECT_THAT(get(own, "/health", of_firefox).body, StartsWith("{"));
}

TEST_F(PageRouteTest, IsForItsCallers) {
  const Endpoint own{health, {.routes = {vitals::page("/status", {.callers = Callers::on_loopback})}}};

  EXPECT_EQ(own.handle({.target = "/status", .accept = of_firefox}), std::nullopt);
  EXPECT_EQ(own.handle({.target = "/status", .accept = of_firefox, .remote_address = "127.0.0.1"})->status, 200);
}

TEST_F(PageRouteTest, TakesNoPathOfAProbe) {
  EXPECT_THROW((Endpoint{health, {.routes = {vitals::page("/ready")}}}), std::invalid_argument);
  EXPECT_THROW((Endpoint{health, {.routes = {vitals::page(), vitals::page()}}}), std::invalid_argument);
}

TEST_F(PageRouteTest, MayOutliveTheRegistry) {
  std::optional<HealthRegistry> registry{std::in_place};
  registry->add_readiness_check("queue", PushedCheck{CheckResult::pass()});
  const Endpoint own{*registry, {.routes = {vitals::page()}}};

  registry.reset();

  EXPECT_THAT(get(own, "/health", of_firefox).body, StartsWith("<!doctype html>"));
}

}  // namespace
