// What Http makes of answers that are long, slow, broken, or none.

#include <chrono>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check.hpp>
#include <vitals/checks/http.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/eventually.hpp"
#include "support/http_peer.hpp"
#include "support/run_check.hpp"
#include "support/scripted_peer.hpp"

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using vitals::checks::Http;
using vitals::checks::HttpOptions;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals_test::context_for;
using vitals_test::context_with_exactly;
using vitals_test::eventually;
using vitals_test::generous;
using vitals_test::PeerSession;
using vitals_test::ScriptedPeer;

constexpr auto end_of_head = "\r\n\r\n";

/// What a check says of this answer, whose server then closes the connection.
vitals::CheckResult result_of(const std::string& answer, HttpOptions options = {}, const std::string& target = "/") {
  const vitals_test::HttpPeer server{{answer}};
  return Http{server.url(target), std::move(options)}(context_for(generous));
}

/// What a check says of a server that plays this script after the request.
vitals::CheckResult result_of(const ScriptedPeer::Script& script, std::chrono::milliseconds timeout = generous) {
  const ScriptedPeer server{[&](const PeerSession& session) {
    if (session.read_until(end_of_head).ends_with(end_of_head)) script(session);
  }};
  return Http{"http://" + server.address()}(context_for(timeout));
}

TEST(HttpAnswersTest, ABodyMayBeChunkedOrEndWithTheConnection) {
  EXPECT_THAT(result_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nrea\r\n2\r\ndy\r\n0\r\n\r\n",
                        {.body_contains = "ready"}),
              IsPass());
  EXPECT_THAT(result_of("HTTP/1.0 200 OK\r\n\r\nready", {.body_contains = "ready"}), IsPass());
  EXPECT_THAT(result_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready, and more", {.body_contains = "more"}),
              IsFail(HasSubstr("doesn't contain")));
}

TEST(HttpAnswersTest, InformationComesBeforeTheAnswer) {
  EXPECT_THAT(result_of("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                        "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"),
              IsFail(HasSubstr("status 503")));
}

TEST(HttpAnswersTest, AnAnswerMayComeInSingleBytes) {
  EXPECT_THAT(result_of([](const PeerSession& session) {
                for (const char byte : std::string{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready"})
                  session.send({&byte, 1});
                session.wait_for_end();
              }),
              IsPass());
}

TEST(HttpAnswersTest, NoMoreThan64KibOfTheBodyAreRead) {
  const auto head = std::string{"HTTP/1.1 200 OK\r\nContent-Length: 999999999999999999\r\n\r\n"};
  EXPECT_THAT(result_of(head + std::string(64 * 1024 - 5, 'x') + "ready", {.body_contains = "ready"}), IsPass());
  EXPECT_THAT(result_of(head + std::string(64 * 1024 - 4, 'x') + "ready", {.body_contains = "ready"}),
              IsFail(HasSubstr("doesn't contain")));
}

TEST(HttpAnswersTest, AnEndlessBodyIsLeft) {
  EXPECT_THAT(result_of([](const PeerSession& session) {
                session.send("HTTP/1.1 200 OK\r\n\r\n");
                while (session.send(std::string(4096, 'x'))) {
                }
              }),
              IsPass());
}

TEST(HttpAnswersTest, EndlessFramingIsAFailure) {
  EXPECT_THAT(result_of([](const PeerSession& session) {
                while (session.send("HTTP/1.1 103 Early Hints\r\n\r\n")) {
                }
              }),
              IsFail(HasSubstr("sends an endless answer")));
  EXPECT_THAT(result_of([](const PeerSession& session) {
                session.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                while (session.send("1;" + std::string(1000, 'x') + "\r\nx\r\n")) {
                }
              }),
              IsFail(HasSubstr("sends an endless answer")));
  EXPECT_THAT(result_of([](const PeerSession& session) {
                session.send("HTTP/1.1 200 OK\r\n");
                while (session.send("X: y\r\n")) {
                }
              }),
              IsFail(EndsWith("answers with a head of more than 16 KiB")));
  EXPECT_THAT(result_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + std::string(70'000, 'x') +
                        "\r\n\r\n"),
              IsFail(HasSubstr("unexpected answer of")));
}

// Without a pause there is no wait that could end at the limit.
TEST(HttpAnswersTest, AFloodEndsAtTheLimit) {
  const ScriptedPeer server{[](const PeerSession& session) {
    if (!session.read_until(end_of_head).ends_with(end_of_head)) return;
    while (session.send("HTTP/1.1 103 Early Hints\r\n\r\n")) {
    }
  }};

  EXPECT_THAT(Http{"http://" + server.address()}(context_with_exactly(1ms)),
              IsFail(HasSubstr("no answer within 1 ms")));
}

TEST(HttpAnswersTest, AnAnswerThatBreaksOffIsAFailure) {
  EXPECT_THAT(result_of(""), IsFail(EndsWith("closed the connection without an answer")));
  EXPECT_THAT(result_of("HTTP/1.1 200 OK\r\nContent-"),
              IsFail(EndsWith("closed the connection before the end of its answer")));
  EXPECT_THAT(result_of("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nready"),
              IsFail(EndsWith("closed the connection before the end of its answer (status 200)")));
  EXPECT_THAT(result_of([](const PeerSession& session) {
                session.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nready");
                session.reset();
              }),
              IsFail(HasSubstr("was lost: Connection reset by peer")));
}

TEST(HttpAnswersTest, AnAnswerThatComesTooLateIsAFailure) {
  EXPECT_THAT(result_of([](const PeerSession& session) { session.wait_for_end(); }, 50ms),
              IsFail(testing::ContainsRegex("no answer within [0-9]+ ms")));
  // Even the part may come too late.
  EXPECT_TRUE(eventually([] {
    const auto result = result_of(
        [](const PeerSession& session) {
          session.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nready");
          session.wait_for_end();
        },
        200ms);
    return result.message().ends_with("ms, but a part of it (status 200)");
  }));
}

TEST(HttpAnswersTest, WhatIsNotHttpIsQuoted) {
  EXPECT_THAT(result_of("SSH-2.0-OpenSSH_9.2\r\n"), IsFail(HasSubstr("unexpected answer of 127.0.0.1:")));
  EXPECT_THAT(result_of([](const PeerSession& session) {
                session.send("+OK\r\n");  // and no end
                session.wait_for_end();
              }),
              IsFail(EndsWith(": \"+OK??\"")));
  EXPECT_THAT(result_of("SSH-2.0-OpenSSH_9.2\r\n"), IsFail(EndsWith(": \"SSH-2.0-OpenSSH_9.2??\"")));
}

TEST(HttpAnswersTest, AServerThatRepeatsTheRequestGetsNoSecretIntoAMessage) {
  const auto repeats = [](const std::string& target, HttpOptions options) {
    const ScriptedPeer server{
        [](const PeerSession& session) { session.send("-ERR " + session.read_until(end_of_head)); }};
    return Http{"http://" + server.address() + target, std::move(options)}(context_for(generous));
  };
  EXPECT_THAT(repeats("/?key=s3cr3t", {}), IsFail(AllOf(EndsWith(": it isn't HTTP"), Not(HasSubstr("s3cr3t")))));
  EXPECT_THAT(repeats("/", {.headers = {{"X-A", "s3cr3t"}}}),
              IsFail(AllOf(EndsWith(": it isn't HTTP"), Not(HasSubstr("s3cr3t")))));
  EXPECT_THAT(repeats("/ping", {}), IsFail(HasSubstr("\"-ERR GET /ping HTTP/1.1")));
}

}  // namespace
