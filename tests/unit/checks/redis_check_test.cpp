#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check.hpp>
#include <vitals/checks/redis.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/run_check.hpp"
#include "support/scripted_peer.hpp"

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using vitals::checks::Redis;
using vitals::checks::RedisOptions;
using vitals::checks::RedisRole;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals_test::context_for;
using vitals_test::generous;
using vitals_test::PeerSession;
using vitals_test::ScriptedPeer;

static_assert(vitals::is_remote_check<Redis>::value);

constexpr auto ping = "*1\r\n$4\r\nPING\r\n";
constexpr auto role = "*1\r\n$4\r\nROLE\r\n";

/// Expects `wanted`, and answers.
ScriptedPeer::Script answers(std::string wanted, std::string answer) {
  return [wanted = std::move(wanted), answer = std::move(answer)](const PeerSession& session) {
    EXPECT_EQ(session.read(wanted.size()), wanted);
    session.send(answer);
    session.wait_for_end();
  };
}

/// What a check says that gets this answer.
vitals::CheckResult result_of(const std::string& wanted, const std::string& answer, const std::string& credentials = {},
                              const RedisOptions& options = {}) {
  const ScriptedPeer server{answers(wanted, answer)};
  return Redis{"redis://" + credentials + server.address(), options}(context_for(generous));
}

TEST(RedisCheckTest, PassesOnPong) { EXPECT_THAT(result_of(ping, "+PONG\r\n"), IsPass()); }

TEST(RedisCheckTest, Authenticates) {
  const std::string with_password = "*2\r\n$4\r\nAUTH\r\n$6\r\ns3cr@t\r\n";
  const std::string with_user = "*3\r\n$4\r\nAUTH\r\n$3\r\napp\r\n$6\r\ns3cr@t\r\n";

  EXPECT_THAT(result_of(with_password + ping, "+OK\r\n+PONG\r\n", ":s3cr%40t@"), IsPass());
  EXPECT_THAT(result_of(with_user + ping, "+OK\r\n+PONG\r\n", "app:s3cr%40t@"), IsPass());
}

TEST(RedisCheckTest, SaysInTheServersWordsWhatIsWrong) {
  EXPECT_THAT(result_of(ping, "-NOAUTH Authentication required.\r\n"),
              IsFail(EndsWith(": authentication failed: NOAUTH Authentication required.")));
  EXPECT_THAT(result_of(ping, "-LOADING Redis is loading the dataset in memory\r\n"), IsFail(HasSubstr("LOADING")));
  EXPECT_THAT(
      result_of("*2\r\n$4\r\nAUTH\r\n$6\r\ns3cr3t\r\n", "-WRONGPASS invalid username-password pair\r\n", ":s3cr3t@"),
      IsFail(AllOf(HasSubstr("authentication failed: WRONGPASS"), Not(HasSubstr("s3cr3t")))));
}

TEST(RedisCheckTest, DoesNotRepeatAPasswordThatTheServerRepeats) {
  EXPECT_THAT(result_of("*2\r\n$4\r\nAUTH\r\n$6\r\ns3cr3t\r\n",
                        "-ERR unknown command 'AUTH', with args beginning with: 's3cr3t' \r\n", ":s3cr3t@"),
              IsFail(AllOf(HasSubstr("authentication failed: ERR unknown command 'AUTH'"), Not(HasSubstr("s3cr3t")))));
  EXPECT_THAT(result_of("*2\r\n$4\r\nAUTH\r\n$6\r\ns3cr3t\r\n", "-ERR max number of clients reached\r\n", ":s3cr3t@"),
              IsFail(HasSubstr("the server says: ERR max number of clients reached")));
}

TEST(RedisCheckTest, KnowsTheRole) {
  const std::string primary = "+PONG\r\n*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n";
  const std::string replica = "+PONG\r\n*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:6379\r\n$9\r\nconnected\r\n:1\r\n";
  const auto wanted = std::string{ping} + role;

  EXPECT_THAT(result_of(wanted, primary, {}, {.role = RedisRole::primary}), IsPass());
  EXPECT_THAT(result_of(wanted, replica, {}, {.role = RedisRole::replica}), IsPass());
  EXPECT_THAT(result_of(wanted, replica, {}, {.role = RedisRole::primary}),
              IsFail(HasSubstr("is a replica, expected the primary")));
  EXPECT_THAT(result_of(wanted, primary, {}, {.role = RedisRole::replica}),
              IsFail(HasSubstr("is the primary, expected a replica")));
  EXPECT_THAT(result_of(wanted, "+PONG\r\n-NOPERM no permissions to run 'role'\r\n", {}, {.role = RedisRole::primary}),
              IsFail(HasSubstr("NOPERM")));
}

TEST(RedisCheckTest, SurvivesAnAnswerThatIsNone) {
  EXPECT_THAT(result_of(ping, "HTTP/1.1 400 Bad Request\r\n"), IsFail(HasSubstr("unexpected answer of")));
  EXPECT_THAT(result_of(ping, std::string(4096, 'x')), IsFail(HasSubstr("unexpected answer of")));
  EXPECT_THAT(result_of(std::string{ping} + role, "+PONG\r\n:7\r\n", {}, {.role = RedisRole::primary}),
              IsFail(HasSubstr("unexpected answer of")));
  const ScriptedPeer endless{[](const PeerSession& session) {
    session.send("+PONG\r\n*3\r\n$6\r\n");
    while (session.send(std::string(4096, 'm'))) {
    }
  }};
  EXPECT_THAT((Redis{"redis://" + endless.address(), {.role = RedisRole::primary}}(context_for(generous))),
              IsFail(HasSubstr("unexpected answer of")));
  const ScriptedPeer in_single_bytes{[](const PeerSession& session) {
    for (const char* byte : {"+", "P", "O", "N", "G", "\r", "\n"}) session.send(byte);
    session.wait_for_end();
  }};
  EXPECT_THAT(Redis{"redis://" + in_single_bytes.address()}(context_for(generous)), IsPass());
}

TEST(RedisCheckTest, RefusesAWrongUrlWithoutRepeatingIt) {
  for (const auto* url :
       {"", "redis:/", "s3cr3t", "rediss://:s3cr3t@cache", "redis://s3cr3t@cache", "redis://:s3cr3t%4@cache",
        "redis://:s3cr3t%zz@cache", "redis://:s3cr3t@", "redis://:s3cr3t@cache:0", "redis://:s3cr3t@cache:6379/x",
        "redis://:s3cr3t@cache?x", "redis://@s3cr3t"}) {
    try {
      const Redis check{url};
      ADD_FAILURE() << url;
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("vitals: Redis: "), Not(HasSubstr("s3cr3t")))) << url;
    }
  }
  for (const auto* url : {"redis://cache", "redis://cache/", "redis://cache:6379/0", "redis://[::1]",
                          "redis://[::1]:6380", "redis://a:b@c:1"})
    EXPECT_NO_THROW(Redis{url}) << url;
}

}  // namespace
