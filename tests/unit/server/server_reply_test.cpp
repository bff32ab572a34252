#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/reply.hpp"

namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using vitals::detail::http_date;
using vitals::detail::Persistence;
using vitals::detail::plain_answer;
using vitals::detail::ReplyWriter;

constexpr std::chrono::sys_seconds some_time = sys_days{std::chrono::year{1994} / 11 / 6} + 8h + 49min + 37s;

TEST(HttpDateTest, IsAnImfFixdate) {
  EXPECT_EQ(http_date(some_time), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(sys_days{std::chrono::year{2024} / 2 / 29} + 23h + 59min + 59s), "Thu, 29 Feb 2024 23:59:59 GMT");
  EXPECT_EQ(http_date(sys_days{}), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(ReplyTest, FramesTheAnswerByItsLength) {
  ReplyWriter writer;

  const auto bytes =
      writer.write({.status = 503, .body = "Service Unavailable"}, Persistence::keep_alive, some_time).bytes;

  EXPECT_EQ(bytes,
            "HTTP/1.1 503 Service Unavailable\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
            "Content-Length: 19\r\n\r\nService Unavailable");
}

TEST(ReplyTest, SaysWhatHappensToTheConnection) {
  const auto says = [](Persistence persistence) {
    return std::string{ReplyWriter{}.write({.status = 200}, persistence, some_time).bytes};
  };

  EXPECT_THAT(says(Persistence::close), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(says(Persistence::explicit_keep_alive), HasSubstr("\r\nConnection: keep-alive\r\n"));
  EXPECT_THAT(says(Persistence::keep_alive), Not(HasSubstr("Connection")));
}

TEST(ReplyTest, ListsTheMethodsOnRequest) {
  ReplyWriter writer;

  EXPECT_THAT(std::string{writer.write({.has_allow = true}, Persistence::close, some_time).bytes},
              HasSubstr("\r\nAllow: GET, HEAD, OPTIONS\r\n"));
  EXPECT_THAT(std::string{writer.write({}, Persistence::close, some_time).bytes}, Not(HasSubstr("Allow")));
}

TEST(ReplyTest, GivesHeadTheLengthButNotTheBody) {
  ReplyWriter writer;

  const std::string bytes{writer.write(plain_answer(404, true), Persistence::close, some_time).bytes};

  EXPECT_THAT(bytes, EndsWith("\r\nContent-Length: 9\r\n\r\n"));
}

TEST(ReplyTest, RenewsTheDateWithTheSecond) {
  ReplyWriter writer;
  (void)writer.write({}, Persistence::close, some_time);

  const std::string bytes{writer.write({}, Persistence::close, some_time + 1s).bytes};

  EXPECT_THAT(bytes, HasSubstr("\r\nDate: Sun, 06 Nov 1994 08:49:38 GMT\r\n"));
}

TEST(ReplyTest, AllowsAnOrigin) {
  ReplyWriter writer;

  EXPECT_THAT(std::string{writer.write({.allow_origin = "*"}, Persistence::close, some_time).bytes},
              HasSubstr("\r\nAccess-Control-Allow-Origin: *\r\n"));
}

TEST(ReplyTest, DoesNotCopyALargeBody) {
  ReplyWriter writer;
  const std::string large(ReplyWriter::max_copied + 1, 'x');

  const auto reply = writer.write({.prefix = "first ", .body = large}, Persistence::close, some_time);

  EXPECT_THAT(std::string{reply.bytes}, HasSubstr("\r\nContent-Length: 16391\r\n"));
  EXPECT_THAT(std::string{reply.bytes}, EndsWith("\r\n\r\nfirst "));
  EXPECT_EQ(reply.rest_of_body.data(), large.data());
  EXPECT_EQ(reply.rest_of_body.size(), large.size());
  EXPECT_THAT(std::string{writer.write({.body = "small"}, Persistence::close, some_time).bytes},
              EndsWith("\r\n\r\nsmall"));
}

TEST(ReplyTest, HasNoBodyForHeadHoweverLarge) {
  ReplyWriter writer;
  const std::string large(ReplyWriter::max_copied + 1, 'x');

  const auto reply = writer.write({.prefix = "first", .body = large, .to_head = true}, Persistence::close, some_time);

  EXPECT_THAT(std::string{reply.bytes}, EndsWith("\r\nContent-Length: 16390\r\n\r\n"));
  EXPECT_TRUE(reply.rest_of_body.empty());
}

TEST(ReplyTest, HasAPhraseForEachStatusThatTheServerSends) {
  for (const int status : {200, 400, 404, 405, 408, 414, 431, 503, 505})
    EXPECT_NE(vitals::detail::reason_phrase(status), vitals::detail::reason_phrase(999)) << status;
}

}  // namespace
