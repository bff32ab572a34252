#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>

#include "http/access.hpp"
#include "support/refusal.hpp"
#include "support/token.hpp"

namespace {

using vitals::Callers;
using vitals::EndpointOptions;
using vitals::detail::Access;
using vitals::detail::Caller;
using vitals::detail::hides_client;
using vitals::detail::includes;
using vitals::detail::is_loopback;
using vitals::detail::Sight;
using vitals_test::refusal_of;
using vitals_test::token;

constexpr std::string_view other_token = "fedcba9876543210";

std::string refusal_by_access(const EndpointOptions& options) {
  return refusal_of([&] { const Access access{options}; });
}

bool has_token(std::string_view authorization) {
  const Access access{{.details = Callers::with_token, .tokens = {token, other_token}}};
  return access.caller_of({.authorization = authorization}).with_token;
}

TEST(CallersTest, IncludeThoseWhomTheirNameSays) {
  constexpr Caller nobody_special;
  constexpr Caller local{.on_loopback = true};
  constexpr Caller holder{.with_token = true};

  for (const auto& caller : {nobody_special, local, holder}) {
    EXPECT_FALSE(includes(Callers::nobody, caller));
    EXPECT_TRUE(includes(Callers::anyone, caller));
    EXPECT_EQ(includes(Callers::on_loopback, caller), caller.on_loopback);
    EXPECT_EQ(includes(Callers::with_token, caller), caller.with_token);
  }
}

TEST(LoopbackTest, IsExactlyTheseAddresses) {
  for (const std::string_view address : {"127.0.0.1", "::1", "::ffff:127.0.0.1", "unix:"})
    EXPECT_TRUE(is_loopback(address)) << address;
  for (const std::string_view address : {"", "127.0.0.6", "127.0.0.10", "127.1", "10.0.0.1", "::", "::1%lo",
                                         "localhost", "::ffff:127.0.0.2", "fe80::1", "unix"})
    EXPECT_FALSE(is_loopback(address)) << address;
}

TEST(LoopbackTest, IsHiddenByWhatProxiesAdd) {
  for (const std::string_view name : {"Forwarded", "forwarded", "X-Forwarded-For", "x-forwarded-proto", "X-Forwarded-",
                                      "X-Real-IP", "x-real-ip", "Via", "VIA"})
    EXPECT_TRUE(hides_client(name, "")) << name;
  for (const std::string_view name : {"", "X-Forwarded", "Accept", "X-Real-IPs", "Viaduct", "User-Agent"})
    EXPECT_FALSE(hides_client(name, "")) << name;
}

TEST(LoopbackTest, IsHiddenByAHostOfAnotherName) {
  for (const std::string_view host :
       {"localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:80", "::1", " localhost "})
    EXPECT_FALSE(hides_client("Host", host)) << host;
  for (const std::string_view host :
       {"", "evil.example", "localhost.evil.example", "localhost:x", "localhost:80:80", "127.0.0.1.evil.example",
        "127.0.0.2", "[::1].evil.example", "[::2]", "::2", "notlocalhost"})
    EXPECT_TRUE(hides_client("hOST", host)) << host;
}

TEST(AccessTest, TakesALoopbackAddressOnlyWhereItMatters) {
  const Access careless{{.details = Callers::anyone}};
  const Access careful{{.details = Callers::on_loopback}};

  EXPECT_FALSE(careless.asks_for_loopback());
  EXPECT_FALSE(careless.caller_of({.remote_address = "::1"}).on_loopback);
  EXPECT_TRUE(careful.asks_for_loopback());
  EXPECT_TRUE(careful.caller_of({.remote_address = "::1"}).on_loopback);
  EXPECT_FALSE(careful.caller_of({.remote_address = ""}).on_loopback);
}

// Its host is another than that of the Host field, which was judged.
TEST(AccessTest, TakesNoAbsoluteTargetForLoopback) {
  const Access access{{.details = Callers::on_loopback}};

  EXPECT_FALSE(access.caller_of({.target = "http://evil.example/ready", .remote_address = "::1"}).on_loopback);
}

TEST(AccessTest, KnowsEachToken) {
  EXPECT_TRUE(has_token("Bearer 0123456789abcdef"));
  EXPECT_TRUE(has_token("bearer  fedcba9876543210 "));
}

TEST(AccessTest, KnowsNothingElse) {
  for (const std::string_view authorization :
       {"", "Bearer", "Bearer ", "0123456789abcdef", "Basic 0123456789abcdef", "Bearer 0123456789abcdeg",
        "Bearer 0123456789abcde", "Bearer 0123456789abcdef0", "Bearer 0123456789abcdef fedcba9876543210",
        "Bearer\t0123456789abcdef"})
    EXPECT_FALSE(has_token(authorization)) << authorization;
}

TEST(AccessTest, ShowsDetailsOnlyWithNames) {
  const auto sight_of = [](Callers details, Callers names) {
    return Access{{.details = details, .names = names}}.sight_of({});
  };

  EXPECT_EQ(sight_of(Callers::nobody, Callers::anyone), Sight::names);
  EXPECT_EQ(sight_of(Callers::anyone, Callers::anyone), Sight::details);
  EXPECT_EQ(sight_of(Callers::nobody, Callers::nobody), Sight::counts);
  EXPECT_EQ(sight_of(Callers::anyone, Callers::nobody), Sight::counts);
}

TEST(AccessTest, RefusesAMalformedTokenWithoutShowingIt) {
  constexpr auto rule = "vitals: EndpointOptions::tokens: a token must have 16 to 512 visible ASCII characters";

  EXPECT_EQ(refusal_by_access({.tokens = {"0123456789abcde"}}), rule);
  EXPECT_EQ(refusal_by_access({.tokens = {token, std::string(513, 'x')}}), rule);
  EXPECT_EQ(refusal_by_access({.tokens = {"0123456789 abcdef"}}), rule);
  EXPECT_EQ(refusal_by_access({.tokens = {"0123456789abcd\xc3\xa4"}}), rule);
  EXPECT_EQ(refusal_by_access({.tokens = {std::string(512, 'x')}}), "");
}

TEST(AccessTest, RefusesToAskForTokensThatDoNotExist) {
  const vitals::HttpRoute route{"/flags", [] { return "on"; }, {.callers = Callers::with_token}};

  EXPECT_EQ(refusal_by_access({.details = Callers::with_token}),
            "vitals: EndpointOptions::details is for callers with a token, but EndpointOptions::tokens is empty");
  EXPECT_EQ(refusal_by_access({.names = Callers::with_token}),
            "vitals: EndpointOptions::names is for callers with a token, but EndpointOptions::tokens is empty");
  EXPECT_EQ(refusal_by_access({.routes = {route}}),
            "vitals: EndpointOptions::routes is for callers with a token, but EndpointOptions::tokens is empty");
}

}  // namespace
