#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/handles.hpp>
#include <vitals/registry.hpp>

#include "support/refusal.hpp"
#include "support/responses.hpp"
#include "unit/http/http_endpoint_fixture.hpp"

namespace {

using vitals::CheckResult;
using vitals::Endpoint;
using vitals::HttpRequest;
using vitals::test::EndpointTest;
using vitals::test::header;

class OriginTest : public EndpointTest {
 protected:
  [[nodiscard]] std::string refusal_of(const std::string& origin) {
    return vitals_test::refusal_of([&] { const Endpoint own{health, {.allow_origin = origin}}; });
  }
  [[nodiscard]] std::string allowed(const HttpRequest& request) const {
    return header(dashboard.handle(request).value(), "Access-Control-Allow-Origin");
  }

  Endpoint dashboard{health, {.allow_origin = "https://status.example"}};
};

TEST_F(OriginTest, IsOnEveryAnswerOfTheHealthPaths) {
  for (const auto& result : {CheckResult::pass(), CheckResult::fail()}) {
    database.set(result);
    for (const auto* target : {"/health", "/health?verbose", "/health/database", "/health/nobody"})
      for (const auto* method : {"GET", "HEAD", "OPTIONS", "POST"})
        for (const auto* accept : {"", "application/json"})
          EXPECT_EQ(allowed({.method = method, .target = target, .accept = accept}), "https://status.example")
              << method << target << accept;
  }
}

TEST_F(OriginTest, IsOnNoOtherAnswer) {
  for (const auto* target : {"/ready", "/healthz", "/startup", "/ready/database", "/ready/nobody"})
    for (const auto* method : {"GET", "HEAD", "OPTIONS", "POST"})
      EXPECT_EQ(allowed({.method = method, .target = target, .accept = "application/json"}), "none")
          << method << target;
}

TEST_F(OriginTest, IsOnNoAnswerByDefault) {
  EXPECT_EQ(header(vitals::test::get(endpoint, "/health"), "Access-Control-Allow-Origin"), "none");
}

TEST_F(OriginTest, IsSentBesideTheMethodsForOptions) {
  const auto reply = dashboard.handle({.method = "OPTIONS", .target = "/health"}).value();

  EXPECT_EQ(header(reply, "Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(header(reply, "Access-Control-Allow-Origin"), "https://status.example");
}

TEST_F(OriginTest, IsOnAnAsynchronousAnswer) {
  std::string value;

  const auto pending = dashboard.async_handle(
      {.target = "/health"}, [&](const auto& reply) { value = header(reply.value(), "Access-Control-Allow-Origin"); });

  EXPECT_EQ(value, "https://status.example");
}

TEST_F(OriginTest, MayBeAnyVisibleAsciiWithoutComma) {
  for (const auto* origin : {"", "*", "null", "http://a", "https://[::1]:8443", "!~"})
    EXPECT_EQ(refusal_of(origin), "") << origin;
}

TEST_F(OriginTest, IsRefusedNamingOptionAndRule) {
  EXPECT_EQ(refusal_of("https://a, https://b"),
            "vitals: EndpointOptions::allow_origin must be \"*\" or an origin of visible ASCII characters without a "
            "comma, not \"https://a, https://b\"");
  for (const std::string origin : {"a,b", "a b", " ", "a\r\nSet-Cookie: b", "\t*", "* ", "a\x7f", "\xc3\xa4", "\x1f"})
    EXPECT_THAT(refusal_of(origin), testing::StartsWith("vitals: EndpointOptions::allow_origin must be ")) << origin;
  EXPECT_THAT(refusal_of(std::string{"a\0b", 3}), testing::HasSubstr("allow_origin"));
}

}  // namespace
