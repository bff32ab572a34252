#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/postgres.hpp>

#include "support/postgres_fixture.hpp"
#include "support/postgres_server.hpp"
#include "support/run_check.hpp"

// What the server's answer means, and the server's role.

namespace {

using testing::HasSubstr;
using testing::Not;
using vitals::CheckResult;
using vitals::checks::Postgres;
using vitals::checks::PostgresOptions;
using vitals_test::context_for;
using vitals_test::generous;
using vitals_test::PostgresServer;

class PostgresAnswersTest : public vitals_test::PostgresFixture {
 protected:
  static CheckResult run(PostgresOptions options) {
    return Postgres{server_->url(), std::move(options)}(context_for(generous));
  }
};

struct Answer {
  const char* name;
  const char* query;
  const char* expected;
  const char* message;  ///< Empty if the check passes.
};
class PostgresExpectTest : public PostgresAnswersTest, public testing::WithParamInterface<Answer> {};

TEST_P(PostgresExpectTest, ComparesTheFirstColumnOfTheFirstRow) {
  const auto result = run({.query = GetParam().query, .expect = GetParam().expected});

  EXPECT_EQ(result.message(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Answers, PostgresExpectTest,
    testing::Values(Answer{"Text", "SELECT 'on', 'off'", "on", ""}, Answer{"Boolean", "SELECT true", "t", ""},
                    Answer{"Setting", "SHOW fsync", "off", ""},  // a setting that the test's server is started with
                    Answer{"Number", "SELECT 42", "42", ""}, Answer{"Nothing", "SELECT ''", "", ""},
                    Answer{"FirstOfSeveralRows", "VALUES (1), (2)", "1", ""},
                    Answer{"AfterAStatementWithoutRows", "SET application_name = 'x'; SELECT 1", "1", ""},
                    Answer{"Other", "SELECT 'off'", "on", "expected \"on\", got \"off\""},
                    Answer{"False", "SELECT false", "t", "expected \"t\", got \"f\""},
                    Answer{"Null", "SELECT NULL", "on", "expected \"on\", got NULL"},
                    Answer{"NullIsNotEmpty", "SELECT NULL", "", "expected \"\", got NULL"},
                    Answer{"NoRow", "SELECT 1 WHERE false", "1", "expected \"1\", got no row"},
                    Answer{"NoResult", "CREATE TEMPORARY TABLE t (x int)", "1", "expected \"1\", got no row"},
                    Answer{"LaterError", "SELECT 1; SELECT 1 / 0", "1", "division by zero"}),
    [](const auto& test) { return test.param.name; });

TEST_F(PostgresAnswersTest, WithoutAnExpectationAnyAnswerPasses) {
  EXPECT_EQ(run({.query = "SELECT false"}), CheckResult::pass());
}

TEST_F(PostgresAnswersTest, ALongAnswerIsCut) {
  const auto result = run({.query = "SELECT repeat('ä', 1000)", .expect = "on"});

  std::string half;
  for (int i = 0; i < 50; ++i) half += "ä";
  EXPECT_EQ(result.message(), "expected \"on\", got \"" + half + "...\"");
}

TEST_F(PostgresAnswersTest, AnAnswerThatHoldsThePasswordIsWithheld) {
  const auto result = run({.query = "SELECT '" + PostgresServer::password() + "'", .expect = "on"});

  EXPECT_THAT(result.message(), Not(HasSubstr(PostgresServer::password())));
  EXPECT_THAT(result.message(), HasSubstr("withheld"));
}

TEST_F(PostgresAnswersTest, APrimaryPassesAsThePrimary) {
  EXPECT_EQ(run({.expect_primary = true}), CheckResult::pass());
}

TEST_F(PostgresAnswersTest, AStandbyIsNoPrimaryUntilItIsPromoted) {
  PostgresServer standby;
  standby.demote();
  const Postgres check{standby.url(), {.expect_primary = true}};

  EXPECT_EQ(check(context_for(generous)).message(), "the server is a hot standby, expected the primary");
  EXPECT_EQ(Postgres{standby.url()}(context_for(generous)), CheckResult::pass());
  ASSERT_EQ((Postgres{standby.url(), {.query = "SELECT pg_promote()", .expect = "t"}}(context_for(generous))),
            CheckResult::pass());
  EXPECT_EQ(check(context_for(generous)), CheckResult::pass());
}

TEST_F(PostgresAnswersTest, ThePrimaryAmongSeveralHostsIsFound) {
  PostgresServer standby;
  standby.demote();
  const auto port = [](const PostgresServer& server) { return std::to_string(server.port()); };
  const std::string both = "postgresql://app:" + PostgresServer::password() + "@127.0.0.1:" + port(standby) +
                           ",127.0.0.1:" + port(*server_) + "/postgres";

  const auto result = Postgres{both, {.expect_primary = true}}(context_for(generous));
  const auto only_standby = Postgres{both + "?target_session_attrs=standby"}(context_for(generous));
  const auto rather_standby = Postgres{both + "?target_session_attrs=prefer-standby",
                                       {.query = "SELECT pg_is_in_recovery()", .expect = "t"}}(context_for(generous));

  EXPECT_EQ(result, CheckResult::pass());
  EXPECT_EQ(only_standby, CheckResult::pass());
  EXPECT_EQ(rather_standby, CheckResult::pass());
}

}  // namespace
