#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/postgres.hpp>

#include "checks/postgres_secrets.hpp"
#include "support/descriptors.hpp"
#include "support/fake_postgres.hpp"
#include "support/program.hpp"
#include "support/refusal.hpp"
#include "support/run_check.hpp"
#include "support/silent_listener.hpp"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using vitals::Status;
using vitals::checks::Postgres;
using vitals_test::context_for;
using vitals_test::generous;

static_assert(vitals::is_remote_check<Postgres>::value);
static_assert(vitals::CheckCallable<Postgres>);

std::string refusal_of(const std::string& conninfo) {
  return vitals_test::refusal_of([&] { const Postgres check{conninfo}; });
}

Postgres silent(const vitals_test::SilentListener& listener) {
  return Postgres{"postgresql://app:hunter2@127.0.0.1:" + std::to_string(listener.port()) + "/app"};
}

/// A port of 127.0.0.1 that was free a moment ago.
std::string closed_port() { return std::to_string(vitals_test::SilentListener{}.port()); }

struct Malformed {
  const char* name;
  const char* conninfo;
};
class PostgresConninfoTest : public testing::TestWithParam<Malformed> {};

TEST_P(PostgresConninfoTest, MalformedIsRefusedWithoutBeingRepeated) {
  const std::string refusal = refusal_of(GetParam().conninfo);

  EXPECT_THAT(refusal, StartsWith("vitals::checks::Postgres: "));
  EXPECT_THAT(refusal, Not(HasSubstr("hunter2")));
}

INSTANTIATE_TEST_SUITE_P(Strings, PostgresConninfoTest,
                         testing::Values(Malformed{"UnquotedSpace", "password=my hunter2 host=db"},
                                         Malformed{"OpenQuote", "password='hunter2"},
                                         Malformed{"UnknownKey", "hunter2=x"},
                                         Malformed{"BrokenEncoding", "postgresql://app:hun%2@db/hunter2"},
                                         Malformed{"AtSignInPassword", "postgresql://app:x@hunter2@db/app"},
                                         Malformed{"SlashInPassword", "postgresql://app:hunter2/x@db/app"},
                                         Malformed{"NoAtSign", "postgresql://app:hunter2/x"},
                                         Malformed{"ParameterWithoutValue", "postgresql://app:x@db/app?hunter2"},
                                         Malformed{"UnknownParameter", "postgresql://app:x@db/app?hunter2=1"},
                                         Malformed{"WordForPort", "postgresql://app:x@db:hunter2/app"},
                                         Malformed{"WordForPortInPairs", "host=db port=hunter2"},
                                         Malformed{"WordForTimeout", "connect_timeout=hunter2"},
                                         Malformed{"OpenBracket", "postgresql://[hunter2"}),
                         [](const auto& test) { return test.param.name; });

TEST(PostgresOptionsTest, AnUnknownKeyIsNamed) {
  for (const char* conninfo :
       {"host=db colour=red", "colour = red", "postgresql://app:x@db/app?sslmode=disable&colour=1",
        "host=db colour=red password=hunter2", "postgresql://db/app?colour=%20"})
    EXPECT_THAT(refusal_of(conninfo), HasSubstr("unknown key \"colour\"")) << conninfo;
}

TEST(PostgresOptionsTest, AMisspeltKeyIsNamedAfterAPasswordToo) {
  EXPECT_THAT(refusal_of("password=hunter2 conect_timeout=3"), HasSubstr("unknown key \"conect_timeout\""));
  EXPECT_THAT(refusal_of("password=hunter2 sslmod=require"), HasSubstr("unknown key \"sslmod\""));
}

TEST(PostgresOptionsTest, AnUnknownKeyThatMayBePartOfAPasswordIsNotNamed) {
  for (const char* conninfo : {"password=my secretword=x", "postgresql://db?password=my&secretword=x",
                               "postgresql://app:5/y?secretword=1@db/app", "password=my most=1 host=db",
                               "password=my most=1", "password=a usr=1"})
    EXPECT_THAT(refusal_of(conninfo), testing::AllOf(HasSubstr("malformed"), Not(HasSubstr("key \"")))) << conninfo;
}

TEST(PostgresOptionsTest, WellFormedIsTaken) {
  for (const char* conninfo :
       {"", "dbname=app", "postgresql://", "postgres://app@db/app", "postgresql://app:p%40%2F?@db:5433/app",
        "postgresql://app@db1:1,db2:2/app?password=a@b", "postgresql:///app?host=/run/postgresql"})
    EXPECT_EQ(refusal_of(conninfo), "") << conninfo;
}

TEST(PostgresOptionsTest, ABlankQueryIsRefused) {
  EXPECT_THROW((Postgres{"dbname=app", {.query = " \n"}}), std::invalid_argument);
}

TEST(PostgresCheckTest, FailsWithOneLineWithoutAListener) {
  const Postgres check{"postgresql://app:hunter2@127.0.0.1:" + closed_port() + "/app"};

  const auto result = check(context_for(generous));

  EXPECT_EQ(result.status(), Status::fail);
  EXPECT_THAT(result.message(), HasSubstr("Connection refused"));
  EXPECT_THAT(result.message(), Not(testing::ContainsRegex("hunter2|  ")));
}

TEST(PostgresCheckTest, FailsWithinTheDeadlineWithoutAnAnswer) {
  const vitals_test::SilentListener listener;
  const Postgres check = silent(listener);

  const auto result = check(vitals_test::context_with_exactly(300ms));

  EXPECT_EQ(result.status(), Status::fail);
  EXPECT_EQ(result.message(), "no answer within 270 ms");
}

TEST(PostgresCheckTest, EndsAtOnceWhenTheDeadlineHasPassed) {
  const vitals_test::SilentListener listener;
  const Postgres check = silent(listener);

  const auto result = check(context_for(-1s));

  EXPECT_EQ(result.message(), "no answer within 0 ms");
}

// When the child exits, that must not close the parent's session.
TEST(PostgresCheckTest, AForkedChildLeavesTheParentsConnectionAlone) {
  std::atomic<int> sessions = 0;
  const vitals_test::FakePostgres server{[&](auto& session) {
    ++sessions;
    vitals_test::answer_with(session, "1");
  }};
  auto check =
      std::make_unique<Postgres>("host=127.0.0.1 user=app sslmode=disable gssencmode=disable port=" + server.port());
  ASSERT_EQ((*check)(context_for(generous)), vitals::CheckResult::pass());
  const pid_t child = fork();
  if (child == 0) {
    check.reset();
    _exit(0);
  }
  waitpid(child, nullptr, 0);

  const auto result = (*check)(context_for(generous));

  EXPECT_EQ(result, vitals::CheckResult::pass());
  EXPECT_EQ(sessions, 1);
}

TEST(PostgresCheckTest, AStopRequestEndsTheWait) {
  vitals_test::SilentListener listener;
  const Postgres check = silent(listener);
  std::stop_source stop;
  const std::jthread stopper{[&] {
    listener.wait_for_a_peer();
    stop.request_stop();
  }};

  const auto start = std::chrono::steady_clock::now();
  const auto result = check(context_for(1h, stop.get_token()));

  EXPECT_EQ(result.message(), "stopped before there was an answer");
  EXPECT_LT(std::chrono::steady_clock::now() - start, generous);
}

TEST(PostgresCheckTest, ARunThatIsStoppedBeforeItBeginsEnds) {
  const vitals_test::SilentListener listener;
  const Postgres check = silent(listener);
  std::stop_source stop;
  stop.request_stop();

  const auto result = check(context_for(1h, stop.get_token()));

  EXPECT_EQ(result.message(), "stopped before there was an answer");
}

TEST(PostgresCheckTest, RunsAtTheSameTimeDontWaitForEachOther) {
  vitals_test::SilentListener listener;
  const Postgres check = silent(listener);
  std::stop_source stop;
  std::jthread first{[&] { (void)check(context_for(1h, stop.get_token())); }};
  listener.wait_for_a_peer();

  const auto result = check(context_for(50ms));

  EXPECT_THAT(result.message(), StartsWith("no answer within"));
  stop.request_stop();
}

TEST(PostgresCheckTest, FailedRunsLeaveNoDescriptorOpen) {
  const vitals_test::SilentListener listener;
  const Postgres silence = silent(listener);
  const Postgres refused{"host=127.0.0.1 port=" + closed_port()};
  (void)silence(context_for(1ms));
  const auto before = vitals_test::open_descriptors();

  for (int i = 0; i < 100; ++i) {
    (void)silence(context_for(1ms));
    (void)refused(context_for(generous));
  }

  EXPECT_EQ(vitals_test::open_descriptors(), before);
}

struct Leak {
  const char* name;
  const char* conninfo;
  const char* environment;
};
class PostgresLeakTest : public testing::TestWithParam<Leak> {};

// libpq's message names the socket's file, so it contains the password if that is a part of the path.
TEST_P(PostgresLeakTest, AMessageThatHoldsThePasswordIsWithheld) {
  if (GetParam().environment != nullptr) setenv("PGPASSWORD", GetParam().environment, 1);
  const Postgres check{GetParam().conninfo};

  const auto result = check(context_for(generous));

  EXPECT_THAT(result.message(), StartsWith("failed (reason withheld"));
  unsetenv("PGPASSWORD");
}

INSTANTIATE_TEST_SUITE_P(
    Sources, PostgresLeakTest,
    testing::Values(Leak{"Pairs", "host=/nowhere/hunter2 password=hunter2", nullptr},
                    Leak{"QuotedPairs", "host='/nowhere/hunter 2' password='hunter 2'", nullptr},
                    Leak{"EncodedUri", "postgresql://app:hunter%32@/app?host=/nowhere/hunter2", nullptr},
                    Leak{"UriParameter", "postgresql://app@/app?host=/nowhere/hunter2&password=hunter2", nullptr},
                    Leak{"Environment", "host=/nowhere/hunter2", "hunter2"}),
    [](const auto& test) { return test.param.name; });

TEST(PostgresPasswordFileTest, APasswordFromAFileIsWithheldToo) {
  const vitals_test::TemporaryFolder folder;
  const std::string file = folder.path() / "passwords";
  std::ofstream{file} << "*:*:*:*:hunter2\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);  // libpq ignores a file that others can read
  const Postgres check{"host=/nowhere/hunter2 passfile=" + file};

  const auto result = check(context_for(generous));

  EXPECT_THAT(result.message(), StartsWith("failed (reason withheld"));
}

TEST(PostgresPasswordTest, IsWithheldWhereALongAnswerIsCutToo) {
  const vitals_test::FakePostgres server{
      [](auto& session) { vitals_test::answer_with(session, std::string(96, 'x') + "hunter2"); }};
  const Postgres check{
      "host=127.0.0.1 user=app password=hunter2 sslmode=disable gssencmode=disable port=" + server.port(),
      {.expect = "1"}};

  const auto result = check(context_for(generous));

  EXPECT_THAT(result.message(), StartsWith("failed (reason withheld"));
}

TEST(PostgresSecretsTest, HoldThePasswordAsWrittenAndAsMeantAndTheWholeString) {
  const std::string uri = "postgresql://app:hunter%32@db/app?sslpassword=s%33cret&connect_timeout=1";

  const auto secrets = vitals::detail::secrets_of(uri);

  EXPECT_THAT(secrets, testing::UnorderedElementsAre(uri, "hunter%32", "hunter2", "s%33cret", "s3cret"));
}

TEST(PostgresSecretsTest, AreWithheldWithoutAConnectionToo) {
  const auto message = [](const char* text) { return vitals::detail::safe_message(nullptr, {"hunter2"}, text); };

  EXPECT_THAT(message("user hunter2"), StartsWith("failed (reason withheld"));
  EXPECT_EQ(message("user\n\thunter"), "user hunter");
}

TEST(PostgresSecretsTest, AreWithheldFromTheLineThatIsShown) {
  const auto message = vitals::detail::safe_message(nullptr, {"my hunter2"}, "user my\nhunter2");

  EXPECT_THAT(message, StartsWith("failed (reason withheld"));
}

}  // namespace
