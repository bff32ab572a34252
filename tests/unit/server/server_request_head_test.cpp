#include <memory>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/request_head.hpp"

namespace {

using vitals::detail::parse_request_head;
using vitals::detail::RequestHead;

/// Stores the bytes that the views point into.
class RequestHeadTest : public testing::Test {
 protected:
  RequestHead parse(const std::string& lines, const std::string& version = "HTTP/1.1") {
    bytes_ = "GET /ready?verbose " + version + "\r\nHost: a\r\n" + lines + "\r\n";
    return parse_request_head(bytes_).value();
  }

 private:
  std::string bytes_;
};

TEST_F(RequestHeadTest, HasTheRequestLine) {
  const auto head = parse("");

  EXPECT_EQ(head.method, "GET");
  EXPECT_EQ(head.target, "/ready?verbose");
  EXPECT_TRUE(head.http_1_1);
  EXPECT_FALSE(parse("", "HTTP/1.0").http_1_1);
}

TEST_F(RequestHeadTest, KeepsAnUnknownMethodAsItIs) {
  EXPECT_EQ(parse_request_head("BREW /pot HTTP/1.0\r\n\r\n").value().method, "BREW");
}

TEST_F(RequestHeadTest, HasTheValueOfAccept) {
  EXPECT_EQ(parse("Accept: \ttext/html \r\n").accept(), "text/html");
  EXPECT_EQ(parse("Accept:\r\n").accept(), "");
  EXPECT_EQ(parse("").accept(), "");
}

TEST_F(RequestHeadTest, ReportsWhetherThereAreCredentials) {
  EXPECT_TRUE(parse("AUTHORIZATION: Bearer 1\r\n").has_credentials);
  EXPECT_FALSE(parse("Proxy-Authorization: Basic 1\r\n").has_credentials);
}

TEST_F(RequestHeadTest, JoinsSeveralAcceptFields) {
  EXPECT_EQ(parse("Accept: text/html\r\nX: y\r\naCCEPT: */*;q=0.1\r\n").accept(), "text/html, */*;q=0.1");
  EXPECT_EQ(parse("Accept: a/b\r\nAccept: c/d\r\nAccept: e/f\r\n").accept(), "a/b, c/d, e/f");
  EXPECT_EQ(parse("Accept:\r\nAccept: c/d\r\n").accept(), "c/d");
}

TEST_F(RequestHeadTest, KeepsShortJoinedAcceptFieldsWhenItIsMoved) {
  auto head = std::make_unique<RequestHead>(parse("Accept: a/b\r\nAccept: c/d\r\n"));

  const auto moved = std::move(*head);
  head.reset();

  EXPECT_EQ(moved.accept(), "a/b, c/d");
}

TEST_F(RequestHeadTest, FindsTheTokensOfConnectionInAnyCaseAndPlace) {
  EXPECT_TRUE(parse("Connection: close\r\n").wants_close);
  EXPECT_TRUE(parse("Connection: upgrade, Close\r\nUpgrade: h2c\r\n").wants_close);
  EXPECT_TRUE(parse("Connection: x\r\nconnection: CLOSE\r\n").wants_close);
  EXPECT_TRUE(parse("Connection: \t,, x ,close\t, \r\n").wants_close);
  EXPECT_FALSE(parse("Connection: closed\r\n").wants_close);
  EXPECT_FALSE(parse("Connection: x-close\r\n").wants_close);
  EXPECT_FALSE(parse("Connection:\r\n").wants_close);
  EXPECT_TRUE(parse("Connection: Keep-Alive\r\n").wants_keep_alive);
  EXPECT_FALSE(parse("").wants_keep_alive);
}

TEST_F(RequestHeadTest, DoesNotMindABodyOfAnySize) {
  EXPECT_EQ(parse("Content-Length: 18446744073709551615\r\n").method, "GET");
  EXPECT_EQ(parse("Transfer-Encoding: chunked\r\n").method, "GET");
  EXPECT_EQ(parse("Expect: 100-continue\r\nContent-Length: 99999999999\r\n").method, "GET");
}

TEST_F(RequestHeadTest, TakesAHeadOf64KiB) {
  EXPECT_EQ(parse("X: " + std::string(65'000, 'x') + "\r\n").method, "GET");
}

TEST_F(RequestHeadTest, RefusesWhatIsNoWholeHead) {
  EXPECT_FALSE(parse_request_head("GET / HTTP/1.1\r\n").has_value());
  EXPECT_FALSE(parse_request_head("what\r\n\r\n").has_value());
}

}  // namespace
