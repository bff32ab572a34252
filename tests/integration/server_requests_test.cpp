#include <string>

#include <gmock/gmock.h>

#include "support/server_fixture.hpp"

namespace vitals_test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class ServerRequestsTest : public ServerTest {
 protected:
  ServerRequestsTest() {
    health_.add_readiness_check("database", database_);
    start({.max_head_size = 1024});
  }

  vitals::PushedCheck database_{vitals::CheckResult::pass()};
};

TEST_F(ServerRequestsTest, AnswersAProbeLikeTheKubelets) {
  auto client = connect();

  client.send(
      "GET /ready HTTP/1.1\r\nHost: 10.0.0.1:8080\r\nUser-Agent: kube-probe/1.30\r\nAccept: */*\r\nConnection: "
      "close\r\n\r\n");
  const auto response = client.read_response();

  EXPECT_EQ(response.status_line, "HTTP/1.1 200 OK");
  EXPECT_EQ(response.body, "OK");
  EXPECT_EQ(response.header("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(response.header("cache-control"), "no-store");
  EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(response.header("connection"), "close");
  EXPECT_THAT(response.header("date"), EndsWith(" GMT"));
  EXPECT_EQ(response.header("server"), "none");
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerRequestsTest, SaysThatAProbeFails) {
  database_.set(vitals::CheckResult::fail());

  EXPECT_EQ(http_get(server_->port(), "/ready").status_line, "HTTP/1.1 503 Service Unavailable");
  EXPECT_EQ(http_get(server_->port(), "/healthz").status, 200);
}

TEST_F(ServerRequestsTest, AnswersHttp10WithoutHost) {
  EXPECT_THAT(exchange("GET /healthz HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ServerRequestsTest, AnswersHaproxysBareOptions) {
  EXPECT_THAT(exchange("OPTIONS /ready HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ServerRequestsTest, AnswersHeadWithTheStatusAndNoBody) {
  database_.set(vitals::CheckResult::fail());

  const auto answer = exchange("HEAD /ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 19\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(ServerRequestsTest, SendsNoBodyToAHeadThatItRefuses) {
  EXPECT_THAT(exchange("HEAD /ready HTTP/1.1\r\n\r\n"), AllOf(StartsWith("HTTP/1.1 400 "), EndsWith("\r\n\r\n")));
  EXPECT_THAT(exchange("HEAD /nowhere HTTP/1.0\r\n\r\n"), AllOf(StartsWith("HTTP/1.1 404 "), EndsWith("\r\n\r\n")));
  EXPECT_THAT(exchange("HEAD / HTTP/1.1\r\nX: " + std::string(2000, 'x')),
              AllOf(StartsWith("HTTP/1.1 431 "), EndsWith("\r\n\r\n")));
}

TEST_F(ServerRequestsTest, Answers404ToAForeignPathAndRepeatsNothingOfIt) {
  const auto response = http_get(server_->port(), "/<script>secret");

  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "Not Found");
  EXPECT_EQ(response.header("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(response.header("cache-control"), "no-store");
}

// Sent by Apache's hcmethod=OPTIONS and HAProxy's "uri *".
TEST_F(ServerRequestsTest, AnswersOptionsOfTheWholeServerAsThoseOfReadiness) {
  auto client = connect();
  const auto ask = [&](const std::string& target) {
    return client.send("OPTIONS " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").read_response();
  };

  for (const auto& result : {vitals::CheckResult::pass(), vitals::CheckResult::fail()}) {
    database_.set(result);
    for (int i = 0; i < 2; ++i) {  // the second head repeats the first
      const auto whole = ask("*");
      const auto ready = ask("/ready");

      EXPECT_EQ(whole.status_line, ready.status_line);
      EXPECT_EQ(whole.body, ready.body);
      EXPECT_EQ(whole.header("allow"), "GET, HEAD, OPTIONS");
    }
  }
  EXPECT_THAT(exchange("OPTIONS * HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 503 "));
}

TEST_F(ServerRequestsTest, AnswersOptionsOfTheWholeServerOnlyIfReadinessHasAPath) {
  start({.endpoint = {.readiness_paths = {"/up"}}});
  EXPECT_THAT(exchange("OPTIONS * HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200 "));

  start({.endpoint = {.readiness_paths = {}}});
  EXPECT_THAT(exchange("OPTIONS * HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(ServerRequestsTest, RefusesOtherMethodsOnTheWholeServer) {
  for (const std::string method : {"GET", "HEAD", "POST", "CONNECT", "TRACE", "options", "OPTIONSX"})
    EXPECT_THAT(exchange(method + " * HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 400 ")) << method;
}

// Varnish and check_http send it so.
TEST_F(ServerRequestsTest, TakesAnIpv6AddressWithoutBracketsAsHost) {
  EXPECT_THAT(exchange("GET /ready HTTP/1.1\r\nHost: ::1\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(exchange("GET /ready HTTP/1.1\r\nHost: ::g\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
}

TEST_F(ServerRequestsTest, RefusesOtherMethodsAndListsTheAllowedOnes) {
  auto client = connect();

  client.send("DELETE /ready HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto response = client.read_response();

  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.header("allow"), "GET, HEAD, OPTIONS");
}

TEST_F(ServerRequestsTest, AnswersAPostThatExpectsContinueAtOnceAndCloses) {
  const auto answer =
      exchange("POST /ready HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 100000\r\n\r\n");

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(ServerRequestsTest, DoesNotWaitForABodyThatItDoesNotWant) {
  EXPECT_THAT(exchange("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(exchange("GET /ready HTTP/1.1\r\nContent-Length: 5\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(exchange("GET / \r\n"), StartsWith("HTTP/1.1 400 "));
}

TEST_F(ServerRequestsTest, NeverTakesABodyForARequest) {
  const std::string smuggled = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string head = "POST /ready HTTP/1.1\r\nHost: a\r\n";

  for (const std::string framing :
       {"Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: identity\r\n", "Transfer-Encoding: chunked, chunked\r\n",
        " Transfer-Encoding: chunked\r\n", "Content-Length: 36\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 36\r\n", "Content-Length: 0\r\nContent-Length: 36\r\n", "Transfer-Encoding: chunked\r\n"})
    EXPECT_EQ(count(exchange(head + framing + "\r\n" + smuggled), "HTTP/1.1 "), 1) << framing;
}

TEST_F(ServerRequestsTest, RefusesABareLineFeedWithoutWaitingForMore) {
  EXPECT_THAT(exchange("GET /ready HTTP/1.1\n"), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
}

TEST_F(ServerRequestsTest, RefusesAHeadThatIsTooLong) {
  EXPECT_THAT(exchange("GET /ready HTTP/1.1\r\nX: " + std::string(1024, 'x')), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(exchange("GET /" + std::string(1024, 'x')), StartsWith("HTTP/1.1 414 "));
}

TEST_F(ServerRequestsTest, RefusesOtherVersionsAndProtocols) {
  EXPECT_THAT(exchange("GET / HTTP/3.0\r\n\r\n"), StartsWith("HTTP/1.1 505 "));
  EXPECT_THAT(exchange("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(exchange({"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03", 11}), StartsWith("HTTP/1.1 400 "));
}

TEST_F(ServerRequestsTest, AnswersAnUpgradeToHttp2InHttp11) {
  const auto answer = exchange(
      "GET /ready HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n"
      "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n");

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ServerRequestsTest, ClosesTheConnectionAfterARefusal) {
  const auto answer = exchange("GET / HTTP/1.1\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_EQ(count(answer, "HTTP/1.1 "), 1);
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nBad Request"));
}

TEST_F(ServerRequestsTest, DoesNotLoseARefusalToAResetByUnreadInput) {
  auto client = connect();

  client.send("POST /ready HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n" + std::string(40'000, 'x'));

  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 405 "));
  EXPECT_FALSE(client.was_reset());
}

}  // namespace
}  // namespace vitals_test
