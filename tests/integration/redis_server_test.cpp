// Redis itself.

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/redis.hpp>
#include <vitals/testing_gmock.hpp>

#include "checks/connect.hpp"
#include "support/eventually.hpp"
#include "support/real_service.hpp"
#include "support/run_check.hpp"

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using vitals::checks::Redis;
using vitals::checks::RedisRole;
using vitals::detail::RunLimit;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals_test::context_for;
using vitals_test::eventually;
using vitals_test::generous;
using vitals_test::ProgramService;

/// A Redis server with a password.
class RedisServerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(program)) GTEST_SKIP() << program << " is missing";
    server_.emplace(program, vitals_test::redis_arguments);
  }
  [[nodiscard]] vitals::CheckResult run(const std::string& credentials, RedisRole role = RedisRole::any,
                                        std::chrono::milliseconds timeout = generous) const {
    return Redis{"redis://" + credentials + "127.0.0.1:" + std::to_string(server_->port()),
                 {.role = role}}(context_for(timeout));
  }
  [[nodiscard]] bool answers() const { return run(":s3cr3t@").status() == vitals::Status::pass; }
  /// How many connections the server has, but ours.
  [[nodiscard]] std::size_t others() const {
    const RunLimit limit{context_for(generous)};
    const auto connection = vitals::detail::connect_to({"127.0.0.1"}, server_->port(), limit);
    std::string answer;
    EXPECT_EQ(vitals::detail::send_all(connection, "AUTH s3cr3t\r\nCLIENT LIST\r\nQUIT\r\n", limit), "");
    while (vitals::detail::receive(connection, answer, 65536, limit).empty()) {
    }
    std::size_t count = 0;
    for (auto at = answer.find(" addr="); at != answer.npos; at = answer.find(" addr=", at + 1)) ++count;
    return count - 1;
  }

  static constexpr auto program = "/usr/bin/redis-server";
  std::optional<ProgramService> server_;
};

TEST_F(RedisServerTest, IsAskedWithAUserAndForItsRole) {
  EXPECT_THAT(run("default:s3cr3t@", RedisRole::primary), IsPass());
  EXPECT_THAT(run(":s3cr3t@", RedisRole::replica), IsFail(HasSubstr("is the primary, expected a replica")));
}

TEST_F(RedisServerTest, RefusesAWrongPasswordAndNone) {
  EXPECT_THAT(run(":wr0ng@"), IsFail(AllOf(HasSubstr("authentication failed: WRONGPASS"), Not(HasSubstr("wr0ng")))));
  EXPECT_THAT(run(""), IsFail(HasSubstr("NOAUTH")));
}

TEST_F(RedisServerTest, HasNoConnectionLeftAfterManyRuns) {
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(answers());

  EXPECT_TRUE(eventually([&] { return others() == 0; }));
}

}  // namespace
