// What Http asks, which answers pass, and where it follows.

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check.hpp>
#include <vitals/checks/http.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/http_peer.hpp"
#include "support/reserved_port.hpp"
#include "support/run_check.hpp"
#include "support/scripted_peer.hpp"

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using vitals::checks::Http;
using vitals::checks::HttpOptions;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals_test::context_for;
using vitals_test::generous;
using vitals_test::HttpPeer;
using vitals_test::PeerSession;
using vitals_test::ScriptedPeer;

static_assert(vitals::is_remote_check<Http>::value);

std::string answer(const std::string& status, const std::string& headers = {}, const std::string& body = {}) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

std::string redirect_to(const std::string& location) { return answer("302 Found", "Location: " + location + "\r\n"); }

/// What a check says that gets these answers.
vitals::CheckResult result_of(const HttpPeer& server, HttpOptions options = {}, const std::string& target = "/ready") {
  return Http{server.url(target), std::move(options)}(context_for(generous));
}

TEST(HttpCheckTest, AsksAndPassesOnSuccess) {
  const HttpPeer server{{answer("200 OK", {}, "ready\n")}};

  EXPECT_THAT(result_of(server), IsPass());
  EXPECT_THAT(server.requests(), ElementsAre("GET /ready HTTP/1.1\r\nConnection: close\r\nHost: " + server.address() +
                                             "\r\nUser-Agent: vitals\r\nAccept: */*\r\n\r\n"));
}

TEST(HttpCheckTest, AsksForTheRootIfTheUrlHasNoPath) {
  const HttpPeer server{{answer("204 No Content")}};

  EXPECT_THAT(result_of(server, {}, ""), IsPass());
  EXPECT_THAT(result_of(server, {}, "?a=1"), IsPass());
  EXPECT_THAT(server.requests(), ElementsAre(StartsWith("GET / HTTP/1.1\r\n"), StartsWith("GET /?a=1 HTTP/1.1\r\n")));
}

TEST(HttpCheckTest, FailsOnAnotherStatus) {
  EXPECT_THAT(result_of(HttpPeer{{answer("503 Service Unavailable")}}),
              IsFail(testing::ContainsRegex("/ready: status 503 from 127.0.0.1:[0-9]+, expected 200 to 299$")));
  EXPECT_THAT(result_of(HttpPeer{{redirect_to("/login")}}),
              IsFail(AllOf(HasSubstr(": status 302 "), EndsWith(", expected 200 to 299"))));
  EXPECT_THAT(result_of(HttpPeer{{answer("300 Multiple Choices")}}), IsFail(HasSubstr("status 300")));
}

TEST(HttpCheckTest, PassesOnTheStatusesThatAreNamed) {
  EXPECT_THAT(result_of(HttpPeer{{answer("401 Unauthorized")}}, {.statuses = {200, 401}}), IsPass());
  EXPECT_THAT(result_of(HttpPeer{{answer("204 No Content")}}, {.statuses = {200, 401}}),
              IsFail(AllOf(HasSubstr(": status 204 "), EndsWith(", expected 200, 401"))));
  EXPECT_THAT(result_of(HttpPeer{{redirect_to("/login")}}, {.statuses = {302}}), IsPass());
}

TEST(HttpCheckTest, LooksIntoTheBody) {
  const HttpPeer server{{answer("200 OK", {}, R"({"status":"green"})")}};

  EXPECT_THAT(result_of(server, {.body_contains = R"("green")"}), IsPass());
  EXPECT_THAT(result_of(server, {.body_contains = R"("yellow")"}),
              IsFail(AllOf(HasSubstr(": status 200 "), EndsWith(", but the body doesn't contain what is expected"))));
}

TEST(HttpCheckTest, SendsTheMethodAndTheHeadersThatAreChosen) {
  const HttpPeer server{{answer("200 OK")}};

  EXPECT_THAT(result_of(server, {.method = "POST", .headers = {{"Authorization", "Bearer t"}, {"host", "auth"}}}),
              IsPass());
  EXPECT_THAT(
      server.requests(),
      ElementsAre("POST /ready HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\nAuthorization: Bearer t\r\n"
                  "host: auth\r\nUser-Agent: vitals\r\nAccept: */*\r\n\r\n"));
}

TEST(HttpCheckTest, HeadHasNoBody) {
  const HttpPeer server{{"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"}};

  EXPECT_THAT(result_of(server, {.method = "HEAD"}), IsPass());
}

TEST(HttpCheckTest, FollowsAsManyRedirectsAsItMay) {
  const HttpPeer server{{redirect_to("/a/b?x=1"), redirect_to("c#top"), redirect_to("?y=2"), answer("200 OK")}};

  EXPECT_THAT(result_of(server, {.max_redirects = 3}), IsPass());
  EXPECT_THAT(server.requests(), ElementsAre(StartsWith("GET /ready "), StartsWith("GET /a/b?x=1 "),
                                             StartsWith("GET /a/c "), StartsWith("GET /a/c?y=2 ")));
  EXPECT_THAT(result_of(HttpPeer{{redirect_to("/again")}}, {.max_redirects = 2}),
              IsFail(EndsWith("/ready: redirected too often")));
  EXPECT_THAT(result_of(HttpPeer{{redirect_to("/again")}}, {.statuses = {302}, .max_redirects = 1}),
              IsFail(EndsWith("/ready: redirected too often")));
}

TEST(HttpCheckTest, AnotherServerDoesNotGetTheHeaders) {
  const HttpPeer other{{answer("200 OK")}};
  const HttpPeer server{{redirect_to(other.url("/there")), redirect_to("//" + other.address() + "/too")}};

  EXPECT_THAT(result_of(server, {.headers = {{"X-Token", "s3cr3t"}}, .max_redirects = 1}), IsPass());
  EXPECT_THAT(result_of(server, {.headers = {{"X-Token", "s3cr3t"}}, .max_redirects = 1}), IsPass());
  EXPECT_THAT(server.requests().at(0), HasSubstr("X-Token: s3cr3t\r\n"));
  EXPECT_THAT(other.requests(), ElementsAre(AllOf(StartsWith("GET /there "), HasSubstr("Host: " + other.address()),
                                                  Not(HasSubstr("s3c"))),
                                            AllOf(StartsWith("GET /too "), Not(HasSubstr("s3cr3t")))));
}

TEST(HttpCheckTest, WhereARedirectLeadsIsInNoMessageIfTheRequestHasSecrets) {
  const auto closes = [](const PeerSession& session) { session.send("-ERR " + session.read_until("\r\n\r\n")); };
  const ScriptedPeer other{closes};
  const HttpPeer server{{redirect_to("http://" + other.address() + "/s3cr3t"), redirect_to("http://s3cr3t.invalid/")}};

  for (int i = 0; i < 2; ++i)
    EXPECT_THAT(result_of(server, {.max_redirects = 1}, "/?key=s3cr3t"),
                IsFail(AllOf(EndsWith(": no answer after a redirect"), Not(HasSubstr("s3cr3t")))));
}

TEST(HttpCheckTest, DoesNotFollowToWhatItCannotAsk) {
  for (const auto* location : {"https://127.0.0.1/", "ftp://127.0.0.1/", "http://user@127.0.0.1/", "http://:80/",
                               "/a b", "mailto:a@b", "../c", "/a/./b"})
    EXPECT_THAT(result_of(HttpPeer{{redirect_to(location)}}, {.max_redirects = 1}),
                IsFail(EndsWith("a redirect leads to where this check can't follow, such as https")))
        << location;
}

TEST(HttpCheckTest, DoesNotUseAProxyOfTheEnvironment) {
  const HttpPeer server{{answer("200 OK")}};
  const vitals_test::ReservedPort nobody;
  const auto proxy = "http://127.0.0.1:" + std::to_string(nobody.number());
  for (const auto* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) ::setenv(name, proxy.c_str(), 1);

  const auto result = result_of(server);

  for (const auto* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
  EXPECT_THAT(result, IsPass());
}

TEST(HttpCheckTest, RefusesAWrongUrlWithoutRepeatingIt) {
  for (const auto* url :
       {"", "s3cr3t", "https://s3cr3t", "http://", "http:///s3cr3t", "http://s3cr3t@auth", "http://:s3cr3t@auth",
        "http://auth/s3cr3t x", "http://auth/#s3cr3t", "http://auth:0/s3cr3t", "http://::1/s3cr3t", "HTTPS://s3cr3t",
        "http://@s3cr3t", "http://s3cr3t\\b/", "http://s3cr%33t/", "http://[fe80::1%25s3cr3t]/"}) {
    try {
      const Http check{url};
      ADD_FAILURE() << url;
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), AllOf(StartsWith("vitals: Http: "), Not(HasSubstr("s3cr3t")))) << url;
    }
  }
  for (const auto* url : {"http://auth", "http://auth/users?mail=a@b.test", "http://[::1]", "http://[::1]:8080/ready",
                          "HTTP://auth", "http://auth:/"})
    EXPECT_NO_THROW(Http{url}) << url;
}

TEST(HttpCheckTest, RefusesOptionsThatCannotWork) {
  const std::vector<HttpOptions> wrong{
      {.method = ""},
      {.method = "GET /"},
      {.method = "CONNECT"},
      {.headers = {{"", "x"}}},
      {.headers = {{"X Y", "x"}}},
      {.headers = {{"X-Token", "a\r\nX-Other: b"}}},
      {.headers = {{"content-length", "1"}}},
      {.headers = {{"Transfer-Encoding", "chunked"}}},
      {.headers = {{"Connection", "keep-alive"}}},
      {.headers = {{"Host", "a"}, {"host", "b"}}},
      {.statuses = {100}},
      {.statuses = {600}},
      {.method = "HEAD", .body_contains = "x"},
      {.max_redirects = -1},
      {.max_redirects = 11},
      {.method = "POST", .max_redirects = 1},
  };
  for (const auto& options : wrong)
    EXPECT_THROW((Http{"http://auth", options}), std::invalid_argument)
        << testing::PrintToString(&options - wrong.data());
}

}  // namespace
