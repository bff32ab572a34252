// MariaDB itself, from Debian's package mariadb-server-core.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/mysql.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/eventually.hpp"
#include "support/mariadb_server.hpp"
#include "support/run_check.hpp"

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using vitals::checks::MySql;
using vitals::checks::MySqlOptions;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals_test::context_for;
using vitals_test::eventually;
using vitals_test::generous;
using vitals_test::MariaDbServer;

class MySqlServerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(MariaDbServer::program)) GTEST_SKIP() << MariaDbServer::program << " is missing";
    if (shared() == nullptr) shared() = std::make_unique<MariaDbServer>();
  }
  static void TearDownTestSuite() { shared() = nullptr; }

  static std::unique_ptr<MariaDbServer>& shared() {
    static std::unique_ptr<MariaDbServer> server;
    return server;
  }
  static MariaDbServer& server() { return *shared(); }
  [[nodiscard]] static vitals::CheckResult run(const std::string& url, MySqlOptions options = {},
                                               std::chrono::milliseconds timeout = generous) {
    return MySql{url, std::move(options)}(context_for(timeout));
  }
};

TEST_F(MySqlServerTest, AcceptsAUserAndADatabaseThatNeedPercentEncoding) {
  EXPECT_THAT(run(server().url()), IsPass());
  EXPECT_THAT(run(server().url(MariaDbServer::credentials, "a%2Fb"), {.query = "SELECT DATABASE()", .expect = "a/b"}),
              IsPass());
}

TEST_F(MySqlServerTest, SaysWhyItRefusesALogin) {
  EXPECT_THAT(run(server().url("app:wr0ng@")),
              IsFail(AllOf(HasSubstr(": authentication failed: Access denied for user 'app'"),
                           EndsWith("(password given: YES)"), Not(HasSubstr("wr0ng")))));
  EXPECT_THAT(run(server().url("app@")), IsFail(EndsWith("(password given: NO)")));
  EXPECT_THAT(run(server().url("locked@")), IsFail(HasSubstr("authentication failed: ")));
  EXPECT_THAT(run(server().url("stranger:x@", "closed")), IsFail(HasSubstr("authentication failed: ")));
  EXPECT_THAT(run(server().url(MariaDbServer::credentials, "gone")),
              IsFail(HasSubstr("the server says: Unknown database 'gone'")));
}

TEST_F(MySqlServerTest, ComparesTheFirstColumnOfTheFirstRow) {
  EXPECT_THAT(server().ask("SELECT 'yes', 2 UNION ALL SELECT 'no', 3", "yes"), IsPass());
  EXPECT_THAT(server().ask("SELECT 1", "2"), IsFail(EndsWith("expected \"2\", got \"1\"")));
  EXPECT_THAT(server().ask("SELECT NULL", "2"), IsFail(EndsWith("expected \"2\", got NULL")));
  EXPECT_THAT(server().ask("SELECT text FROM `a/b`.notes", "2"), IsFail(EndsWith("expected \"2\", got no row")));
  EXPECT_THAT(server().ask("DO 1", "2"), IsFail(EndsWith("expected \"2\", got no row")));
  EXPECT_THAT(server().ask("SELECT 0"), IsPass());
  EXPECT_THAT(server().ask("DO 1"), IsPass());
  EXPECT_THAT(server().ask("SELEC 1"), IsFail(HasSubstr("the server says: You have an error in your SQL syntax")));
}

TEST_F(MySqlServerTest, FailsOnAnErrorAfterTheFirstRow) {
  EXPECT_THAT(server().ask("SELECT IF(seq < 20000, seq, (SELECT 1 UNION SELECT 2)) FROM `a/b`.seq_1_to_20000"),
              IsFail(HasSubstr("the server says: ")));
}

TEST_F(MySqlServerTest, ReadsManyRows) {
  EXPECT_THAT(server().ask("SELECT seq FROM `a/b`.seq_1_to_100000", "1"), IsPass());
}

TEST_F(MySqlServerTest, SaysThatTheServerIsReadOnly) {
  EXPECT_THAT(run(server().url(), {.expect_primary = true}), IsPass());

  ASSERT_THAT(server().ask("SET GLOBAL read_only = ON"), IsPass());
  EXPECT_THAT(run(server().url(), {.expect_primary = true}),
              IsFail(EndsWith("the server is read-only, expected the primary")));
  EXPECT_THAT(run(server().url()), IsPass());

  ASSERT_THAT(server().ask("SET GLOBAL read_only = OFF"), IsPass());
  EXPECT_THAT(run(server().url(), {.expect_primary = true}), IsPass());
}

TEST_F(MySqlServerTest, IsSilentWhileItIsFrozenAndWorksAfterwards) {
  server().freeze();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(run(server().url(), {}, 100ms), IsFail(HasSubstr("no answer within")));
  server().thaw();

  EXPECT_THAT(run(server().url()), IsPass());
  EXPECT_TRUE(eventually([] { return server().has_only_us(); }));
}

TEST_F(MySqlServerTest, HasNothingLeftAfterManyRuns) {
  const MySql check{server().url()};
  for (int i = 0; i < 100; ++i) EXPECT_THAT(check(context_for(generous)), IsPass());

  EXPECT_TRUE(eventually([] { return server().has_only_us(); }));
}

// Without a limit the server would go on for hours: it doesn't notice that its client has gone.
TEST_F(MySqlServerTest, HasNothingLeftAfterRunsThatTimedOut) {
  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(run(server().url(), {.query = "SELECT BENCHMARK(1000000000000, SHA1('x'))"}, 500ms),
                IsFail(testing::_));

  EXPECT_TRUE(eventually([] { return server().has_only_us(); }));
}

}  // namespace
