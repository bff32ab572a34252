#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/pushed_check.hpp>

#include "server/request_cache.hpp"
#include "support/peers.hpp"
#include "support/served_connection.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;
using vitals::CheckResult;
using vitals::detail::KeptReply;
using vitals::detail::Persistence;
using vitals::detail::RequestCache;

TEST(RequestCacheTest, IsEmptyAtFirst) {
  RequestCache cache;

  EXPECT_EQ(cache.find("GET /ready HTTP/1.1\r\n\r\n", false), nullptr);
}

TEST(RequestCacheTest, StoresTheRequestOfAHead) {
  RequestCache cache;

  cache.keep("one", false, {.variant = 1}, Persistence::close);
  cache.keep("two", false, {.variant = 2}, Persistence::keep_alive);

  ASSERT_NE(cache.find("one", false), nullptr);
  EXPECT_EQ(cache.find("one", false)->question.variant, 1U);
  EXPECT_EQ(cache.find("one", false)->persistence, Persistence::close);
  ASSERT_NE(cache.find("two", false), nullptr);
  EXPECT_EQ(cache.find("two", false)->question.variant, 2U);
  EXPECT_EQ(cache.find("two", false)->persistence, Persistence::keep_alive);
}

TEST(RequestCacheTest, FindsWholeHeadsOnly) {
  RequestCache cache;

  cache.keep("a head", false, {}, {});

  EXPECT_EQ(cache.find("a hea", false), nullptr);
  EXPECT_EQ(cache.find("a head and more", false), nullptr);
  EXPECT_EQ(cache.find("A head", false), nullptr);
}

TEST(RequestCacheTest, ReplacesTheOldestRequestAndItsReply) {
  RequestCache cache;
  cache.keep("1", false, {}, {})->reply.keep("reply", 1, {}, {}, nullptr);

  for (const char* head : {"2", "3", "4", "5"}) cache.keep(head, false, {}, {});

  EXPECT_EQ(cache.find("1", false), nullptr);
  for (const char* head : {"2", "3", "4", "5"}) {
    ASSERT_NE(cache.find(head, false), nullptr) << head;
    EXPECT_EQ(cache.find(head, false)->reply.version(), 0) << head;
  }
}

TEST(RequestCacheTest, DoesNotKeepALongHead) {
  RequestCache cache;
  const std::string longest(RequestCache::max_head_size, 'x');

  EXPECT_NE(cache.keep(longest, false, {}, {}), nullptr);
  EXPECT_EQ(cache.keep(longest + "x", false, {}, {}), nullptr);

  EXPECT_NE(cache.find(longest, false), nullptr);
  EXPECT_EQ(cache.find(longest + "x", false), nullptr);
}

TEST(KeptReplyTest, IsFromItsSecondForItsKindOfConnection) {
  KeptReply reply;
  EXPECT_FALSE(reply.is_from({}, Persistence::close));

  reply.keep("reply", 7, std::chrono::sys_seconds{5s}, Persistence::close, nullptr);

  EXPECT_EQ(reply.bytes(), "reply");
  EXPECT_EQ(reply.version(), 7);
  EXPECT_TRUE(reply.is_from(std::chrono::sys_seconds{5s}, Persistence::close));
  EXPECT_FALSE(reply.is_from(std::chrono::sys_seconds{6s}, Persistence::close));
  EXPECT_FALSE(reply.is_from(std::chrono::sys_seconds{5s}, Persistence::keep_alive));
}

TEST(KeptReplyTest, IsNotKeptForOneRequestOnlyNorIfItIsLarge) {
  KeptReply reply;

  for (const std::uint64_t version : {0U, 7U}) {
    reply.keep("before", 1, {}, {}, nullptr);
    reply.keep(std::string(version == 0 ? 1 : KeptReply::max_size + 1, 'x'), version, {}, {}, nullptr);
    EXPECT_FALSE(reply.is_from({}, {})) << version;
  }
}

class CachedRequestTest : public ServedConnectionTest {
 protected:
  std::string answer_to(std::string_view head) {
    Peer peer;
    peer.send(head);
    (void)serve(peer);
    return peer.received();
  }
  bool is_kept(std::string_view head) { return service_->requests.find(head, false) != nullptr; }
};

TEST_F(CachedRequestTest, IsKeptWithItsReply) {
  const auto answer = answer_to(get_healthz);

  ASSERT_TRUE(is_kept(get_healthz));
  EXPECT_EQ(service_->requests.find(get_healthz, false)->reply.bytes(), answer);
}

/// An endpoint with details for callers on this machine only.
class LocalRequestTest : public ServedConnectionTest {
 protected:
  LocalRequestTest() : ServedConnectionTest{vitals::Callers::on_loopback} {
    health_.add_readiness_check("feed", vitals::PushedCheck{CheckResult::fail("refused")});
  }
  std::string answer_to_client_at(const std::string& address) {
    Peer peer;
    peer.send("GET /ready?verbose HTTP/1.1\r\nHost: localhost\r\n\r\n");
    (void)serve(peer, nullptr, vitals_test::peer(address));
    return peer.received();
  }
};

TEST_F(LocalRequestTest, IsNotAnsweredWithAReplyForAClientElsewhere) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(answer_to_client_at("127.0.0.1"), HasSubstr("refused"));
    EXPECT_THAT(answer_to_client_at("192.0.2.1"), HasSubstr("reason withheld"));
    EXPECT_THAT(answer_to_client_at("127.0.0.6"), HasSubstr("reason withheld"));
    EXPECT_THAT(answer_to_client_at("::1"), HasSubstr("refused"));
  }
}

TEST_F(CachedRequestTest, GetsANewAnswerWhenTheCheckChanges) {
  vitals::PushedCheck feed{CheckResult::pass()};
  health_.add_readiness_check("feed", feed);

  EXPECT_THAT(answer_to(get_ready), StartsWith("HTTP/1.1 200 "));
  feed.set(CheckResult::fail("gone"));
  EXPECT_THAT(answer_to(get_ready), StartsWith("HTTP/1.1 503 "));
  feed.set(CheckResult::pass());
  EXPECT_THAT(answer_to(get_ready), StartsWith("HTTP/1.1 200 "));
}

TEST_F(CachedRequestTest, GetsConnectionCloseWhenTheServiceEnds) {
  EXPECT_THAT(answer_to(get_healthz), Not(HasSubstr("Connection: close")));

  health_.begin_shutdown("test");

  EXPECT_THAT(answer_to(get_healthz), HasSubstr("Connection: close"));
}

TEST_F(CachedRequestTest, IsNotKeptWithCredentials) {
  constexpr std::string_view head = "GET /healthz HTTP/1.1\r\nHost: a\r\nauthorization: Bearer 1\r\n\r\n";

  EXPECT_THAT(answer_to(head), StartsWith("HTTP/1.1 200 "));

  EXPECT_FALSE(is_kept(head));
}

}  // namespace
}  // namespace vitals_test
