// A body on a request that needs none: only the head is answered, and the bytes after it are never parsed as a request.

#include <string>

#include <gmock/gmock.h>

#include "support/server_fixture.hpp"

namespace vitals_test {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::string smuggled_request = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

std::string head_of(const std::string& method, const std::string& framing) {
  return method + " /ready HTTP/1.1\r\nHost: a\r\n" + framing + "\r\n\r\n";
}

class ServerBodiesTest : public ServerTest {
 protected:
  ServerBodiesTest() {
    health_.add_readiness_check("database", vitals::PushedCheck{vitals::CheckResult::pass()});
    start();
  }
};

// Java's HttpClient sends one if a GET has a body publisher.
TEST_F(ServerBodiesTest, AnAnswerIsGivenToAnEmptyChunkedOne) {
  for (const std::string method : {"GET", "HEAD", "OPTIONS"})
    EXPECT_THAT(exchange(head_of(method, "Transfer-Encoding: chunked") + "0\r\n\r\n"),
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nConnection: close\r\n")))
        << method;
  EXPECT_EQ(server_->limit_counts().malformed, 0U);
}

TEST_F(ServerBodiesTest, AnAnswerToHeadHasNone) {
  EXPECT_THAT(exchange(head_of("HEAD", "Content-Length: 5") + "hello"), EndsWith("Content-Length: 2\r\n\r\n"));
}

TEST_F(ServerBodiesTest, AnAnswerDoesNotWaitForOne) {
  for (const std::string framing :
       {"Content-Length: 5", "Transfer-Encoding: chunked", "Expect: 100-continue\r\nContent-Length: 5"})
    EXPECT_EQ(connect().send(head_of("GET", framing)).read_response().status_line, "HTTP/1.1 200 OK") << framing;
}

TEST_F(ServerBodiesTest, AnAnswerIsNotLostToAResetByOne) {
  auto client = connect();

  const auto response = client.send(head_of("GET", "Content-Length: 40000")).read_response();
  client.send(std::string(40'000, 'x'));

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("connection"), "close");
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_FALSE(client.was_reset());
}

TEST_F(ServerBodiesTest, ARequestIsNeverFoundInOne) {
  for (const std::string method : {"GET", "HEAD", "OPTIONS"})
    for (const std::string framing : {"Content-Length: 36", "Content-Length: 5", "Content-Length: 18446744073709551615",
                                      "Transfer-Encoding: chunked"}) {
      const auto answer = exchange(head_of(method, framing) + smuggled_request);

      EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n")) << method << framing;
      EXPECT_EQ(count(answer, "HTTP/1.1 "), 1) << method << framing;
    }
}

// A head that was seen before isn't parsed again.
TEST_F(ServerBodiesTest, ARequestIsNotFoundInTheSecondOneEither) {
  const auto head = head_of("GET", "Content-Length: 36");

  EXPECT_EQ(connect().send(head).read_response().header("connection"), "close");
  EXPECT_EQ(count(exchange(head + smuggled_request), "HTTP/1.1 "), 1);
}

TEST_F(ServerBodiesTest, AnAnswerThatWaitsForARunEndsTheConnectionToo) {
  health_.add_startup_check(
      "slow", [gate = gate_] { gate.wait(); }, patient());
  auto client = connect();

  client.send("GET /startup HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled_request);
  gate_.wait_until_entered();
  gate_.open();

  EXPECT_THAT(client.read_to_end(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\r\n\r\nOK")));
}

TEST_F(ServerBodiesTest, AnAmbiguousOneIsRefused) {
  for (const std::string framing :
       {"Content-Length: 0\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 0",
        "Content-Length: 0\r\nContent-Length: 36", "Content-Length: 36, 36", "Content-Length: -1",
        "Content-Length:", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity", "Transfer-Encoding:"}) {
    const auto answer = exchange(head_of("GET", framing) + smuggled_request);

    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 ")) << framing;
    EXPECT_EQ(count(answer, "HTTP/1.1 "), 1) << framing;
  }
}

TEST_F(ServerBodiesTest, OneOfNoBytesLeavesTheConnectionOpen) {
  auto client = connect();

  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(client.send(head_of("GET", "Content-Length: 0")).read_response().header("connection"), "none") << i;
}

}  // namespace
}  // namespace vitals_test
