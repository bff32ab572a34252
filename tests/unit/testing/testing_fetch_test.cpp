#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/fetch.hpp>
#include <vitals/testing/server.hpp>

#include "support/run_check.hpp"
#include "support/silent_listener.hpp"
#include "testing/http_answer.hpp"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using vitals::CheckResult;
using vitals::HealthRegistry;
using vitals::detail::parse_answer;
using vitals::test::fetch;
using vitals::test::FetchResult;
using vitals::test::Server;
using vitals_test::generous;

TEST(FetchTest, ReturnsTheWholeAnswer) {
  HealthRegistry health;
  const Server server{health};

  const auto answer = fetch(server.port(), "/ready");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "OK");
  EXPECT_EQ(answer.header("content-TYPE"), "text/plain; charset=utf-8");
  EXPECT_EQ(answer.header("X-None"), std::nullopt);
}

TEST(FetchTest, SendsTheTargetTheMethodAndAccept) {
  HealthRegistry health;
  const Server server{health};

  EXPECT_EQ(fetch(server.port(), "/ready?verbose").body, "OK\n");
  EXPECT_EQ(fetch(server.port(), "/elsewhere").status, 404);
  EXPECT_EQ(fetch(server.port(), "/ready", {.method = "POST"}).status, 405);
  EXPECT_THAT(fetch(server.port(), "/ready", {.accept = "application/json"}).header("Content-Type").value(),
              HasSubstr("application/json"));
}

TEST(FetchTest, GetsNoBodyForHead) {
  HealthRegistry health;
  const Server server{health};

  const auto answer = fetch(server.port(), "/ready", {.method = "HEAD"});

  EXPECT_EQ(answer.header("Content-Length"), "2");
  EXPECT_EQ(answer.body, "");
}

TEST(FetchTest, TakesATimeoutOf1MillisecondTo24Hours) {
  HealthRegistry health;
  const Server server{health};

  EXPECT_EQ(fetch(server.port(), "/ready", {.timeout = 24h}).status, 200);
  for (const vitals::Duration timeout : {vitals::Duration{-1s}, vitals::Duration{0}, vitals::Duration{24h + 1ns}})
    EXPECT_THROW((void)fetch(server.port(), "/ready", {.timeout = timeout}), std::invalid_argument);
}

TEST(FetchTest, NamesTheUrlWithoutAListener) {
  HealthRegistry health;
  Server server{health};
  const auto port = server.port();
  server.stop();

  try {
    (void)fetch(port, "/ready");
    FAIL() << "somebody listens";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::connection_refused);
    EXPECT_THAT(error.what(), HasSubstr("GET http://127.0.0.1:" + std::to_string(port) + "/ready"));
  }
}

TEST(FetchTest, GivesUpOnASilentServer) {
  const vitals_test::SilentListener listener;  // as for a process that is stopped: the kernel completes the connection

  try {
    (void)fetch(listener.port(), "/ready", {.timeout = 10ms});
    FAIL() << "an answer from nobody";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::timed_out);
  }
}

TEST(ServerFixtureTest, AnswersAsTheRegistrySays) {
  HealthRegistry health;
  const vitals::PushedCheck flag{CheckResult::fail("down")};
  health.add_readiness_check("flag", flag);
  const Server server{health, {.endpoint = {.details = vitals::Callers::anyone}}};

  EXPECT_THAT(server.fetch("/ready?verbose").body, HasSubstr("[-]flag failed: down"));

  flag.set(CheckResult::pass());
  EXPECT_EQ(server.fetch("/ready").status, 200);
}

TEST(ServerFixtureTest, KeepsItsPortAfterItsEnd) {
  HealthRegistry health;
  Server server{health};
  const auto port = server.port();

  server.stop();

  EXPECT_EQ(server.port(), port);
  EXPECT_THROW((void)server.fetch("/ready"), std::system_error);
}

TEST(ServerFixtureTest, TwoServersDoNotDisturbEachOther) {
  HealthRegistry health;
  const Server first{health};
  const Server second{health};

  EXPECT_NE(first.port(), second.port());
  EXPECT_EQ(second.fetch("/healthz", {.timeout = generous}).status, 200);
}

constexpr bool ended = true;
constexpr bool without_body = true;

TEST(ParseAnswerTest, WaitsForTheWholeHeadAndBody) {
  const std::string answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\ndown";

  for (std::size_t size = 0; size < answer.size(); ++size)
    EXPECT_FALSE(parse_answer({std::string_view{answer}.substr(0, size)})) << size;

  const auto result = parse_answer({answer});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 503);
  EXPECT_EQ(result->body, "down");
}

TEST(ParseAnswerTest, ReadsToTheEndWithoutALength) {
  EXPECT_FALSE(parse_answer({"HTTP/1.0 200 OK\r\n\r\nhalf"}));

  EXPECT_EQ(parse_answer({"HTTP/1.0 200 OK\r\n\r\nwhole", ended}).value().body, "whole");
}

TEST(ParseAnswerTest, KeepsHeadersInTheirOrder) {
  const auto result = parse_answer({"HTTP/1.1 200 OK\r\nA:1\r\nb: \t2 \r\nContent-Length:0\r\n\r\n"}).value();

  EXPECT_THAT(result.headers, testing::ElementsAre(vitals::HttpHeader{"A", "1"}, vitals::HttpHeader{"b", "2"},
                                                   vitals::HttpHeader{"Content-Length", "0"}));
}

TEST(ParseAnswerTest, SkipsInterimAnswers) {
  const std::string answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

  EXPECT_EQ(parse_answer({answer}).value().status, 200);
}

TEST(ParseAnswerTest, SkipsAnyNumberOfInterimAnswers) {
  std::string answer;
  for (int i = 0; i < 1'000'000; ++i) answer += "HTTP/1.1 100 \r\n\r\n";

  EXPECT_FALSE(parse_answer({answer}));
  EXPECT_EQ(parse_answer({answer + "HTTP/1.1 204 \r\n\r\n"}).value().status, 204);
}

TEST(ParseAnswerTest, ExpectsNoBodyWhereThereIsNone) {
  EXPECT_TRUE(parse_answer({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", false, without_body}));
  EXPECT_TRUE(parse_answer({"HTTP/1.1 204 No Content\r\n\r\n"}));
}

TEST(ParseAnswerTest, RefusesWhatIsNoAnswer) {
  for (const std::string_view bytes :
       {"", "HTTP/1.1 200 OK\r\n", "SSH-2.0-server\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndow",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"})
    EXPECT_THROW((void)parse_answer({bytes, ended}), std::system_error) << bytes;
}

}  // namespace
