#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/reply.hpp"

namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using vitals::detail::http_date;
using vitals::detail::Persistence;
using vitals::detail::plain_reply;
using vitals::detail::to_bytes;

constexpr auto some_time = sys_days{std::chrono::year{1994} / 11 / 6} + 8h + 49min + 37s + 999ms;

TEST(HttpDateTest, IsAnImfFixdate) {
  EXPECT_EQ(http_date(some_time), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(sys_days{std::chrono::year{2024} / 2 / 29} + 23h + 59min + 59s), "Thu, 29 Feb 2024 23:59:59 GMT");
  EXPECT_EQ(http_date({}), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(ReplyTest, FramesTheAnswerByItsLength) {
  const vitals::Response response{
      .status = 503, .headers = {{"Cache-Control", "no-store"}}, .body = "Service Unavailable", .content_length = 19};

  const auto bytes = to_bytes(response, Persistence::keep_alive, some_time);

  EXPECT_EQ(bytes,
            "HTTP/1.1 503 Service Unavailable\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nCache-Control: no-store\r\n"
            "Content-Length: 19\r\n\r\nService Unavailable");
}

TEST(ReplyTest, SaysWhatHappensToTheConnection) {
  const auto says = [](Persistence persistence) { return to_bytes({.status = 200}, persistence, {}); };

  EXPECT_THAT(says(Persistence::close), testing::HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(says(Persistence::told_keep_alive), testing::HasSubstr("\r\nConnection: keep-alive\r\n"));
  EXPECT_THAT(says(Persistence::keep_alive), testing::Not(testing::HasSubstr("Connection")));
}

TEST(ReplyTest, GivesHeadTheLengthButNotTheBody) {
  const auto reply = plain_reply(404, true);

  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(reply.content_length, std::string{"Not Found"}.size());
}

TEST(ReplyTest, HasAPhraseForEachStatusThatTheServerSends) {
  for (const int status : {200, 400, 404, 405, 408, 413, 414, 431, 503, 505})
    EXPECT_NE(vitals::detail::reason_phrase(status), vitals::detail::reason_phrase(999)) << status;
}

}  // namespace
