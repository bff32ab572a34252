#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <netdb.h>
#include <stop_token>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/postgres.hpp>

#include "support/eventually.hpp"
#include "support/fake_postgres.hpp"
#include "support/name_server.hpp"
#include "support/program.hpp"
#include "support/run_check.hpp"
#include "support/silent_listener.hpp"

// How a run resolves the names of its hosts.

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;
using vitals::CheckResult;
using vitals::checks::Postgres;
using vitals_test::answer_with;
using vitals_test::context_for;
using vitals_test::context_with_exactly;
using vitals_test::eventually;
using vitals_test::FakePostgres;
using vitals_test::generous;
using vitals_test::silent_names;
using vitals_test::SilentListener;
using Session = FakePostgres::Session;

class PostgresNamesTest : public testing::Test {
 protected:
  PostgresNamesTest() { silent_names.reset(); }
  ~PostgresNamesTest() override {
    silent_names.open();
    EXPECT_TRUE(no_lookup_waits());
  }

  static bool no_lookup_waits() {
    return eventually([] { return silent_names.waiting() == 0; });
  }
  static bool a_lookup_waits() {
    return eventually([] { return silent_names.waiting() == 1; });
  }
  static Postgres check(const std::string& conninfo) {
    return Postgres{"user=app sslmode=disable gssencmode=disable " + conninfo};
  }
  static std::string closed_port() { return std::to_string(SilentListener{}.port()); }

  FakePostgres server_{[](Session& session) { answer_with(session, "1"); }};
};

TEST_F(PostgresNamesTest, ANameIsResolved) {
  const auto result = check("host=local.test port=" + server_.port())(context_for(generous));

  EXPECT_EQ(result, CheckResult::pass());
}

TEST_F(PostgresNamesTest, AResolvedHostKeepsItsNameInMessages) {
  const auto result = check("host=local.test port=" + closed_port())(context_for(generous));

  EXPECT_THAT(result.message(), HasSubstr("\"local.test\" (127.0.0.1)"));
}

// The certificate is verified by the name, although the check connects to an address.
TEST_F(PostgresNamesTest, AResolvedHostKeepsItsNameForTls) {
  std::string hello;
  {
    const FakePostgres server{[&](Session& session) {
      session.read_startup();
      session.send("S");
      hello = session.read_some();
    }};
    (void)Postgres{"user=app gssencmode=disable sslmode=require host=local.test port=" +
                   server.port()}(context_for(generous));
  }

  EXPECT_THAT(hello, HasSubstr("local.test"));
}

TEST_F(PostgresNamesTest, AnUnknownNameFailsWithLibpqsMessage) {
  const auto result = check("host=gone.test")(context_for(generous));

  EXPECT_EQ(result.message(),
            "could not translate host name \"gone.test\" to address: " + std::string{gai_strerror(EAI_NONAME)});
}

TEST_F(PostgresNamesTest, AnUnknownNameIsSkipped) {
  const auto result = check("host=gone.test,127.0.0.1 port=" + server_.port())(context_for(generous));

  EXPECT_EQ(result, CheckResult::pass());
}

TEST_F(PostgresNamesTest, ASilentNameServerDoesntHoldARunUp) {
  const auto result = check("host=silent.test")(context_with_exactly(100ms));

  EXPECT_EQ(result.message(), "no answer within 90 ms: the host name \"silent.test\" isn't resolved yet");
}

TEST_F(PostgresNamesTest, AStopRequestEndsTheWaitForASilentNameServer) {
  std::stop_source stop;
  const std::jthread stopper{[&] {
    a_lookup_waits();
    stop.request_stop();
  }};

  const auto result = check("host=silent.test")(context_for(1h, stop.get_token()));

  EXPECT_THAT(result.message(), StartsWith("stopped before there was an answer"));
}

TEST_F(PostgresNamesTest, ASilentNameServerHoldsOneThreadOfACheck) {
  const Postgres silent = check("host=silent.test,silent.test");

  for (int i = 0; i < 5; ++i) (void)silent(context_with_exactly(20ms));

  EXPECT_TRUE(a_lookup_waits());
  EXPECT_EQ(silent_names.asked(), 1);
}

TEST_F(PostgresNamesTest, ASilentNameServerLeavesTimeForAnAddress) {
  const auto result = check("host=silent.test,127.0.0.1 port=" + server_.port())(context_for(4s));

  EXPECT_EQ(result, CheckResult::pass());
}

TEST_F(PostgresNamesTest, ACheckPassesWhenItsNameServerIsBack) {
  const Postgres named = check("host=silent.test port=" + server_.port());
  (void)named(context_with_exactly(20ms));
  silent_names.open();

  const auto result = named(context_for(generous));

  EXPECT_EQ(result, CheckResult::pass());
}

TEST_F(PostgresNamesTest, ACheckMayBeDestroyedWhileItsNameIsBeingResolved) {
  {
    const Postgres silent = check("host=silent.test");
    (void)silent(context_with_exactly(20ms));
  }

  EXPECT_TRUE(a_lookup_waits());
}

TEST_F(PostgresNamesTest, ALookupThatEndsAfterItsRunIsUsedByTheNextRun) {
  const Postgres named = check("host=silent.test port=" + server_.port());
  (void)named(context_with_exactly(20ms));
  ASSERT_TRUE(a_lookup_waits());
  silent_names.open();
  ASSERT_TRUE(no_lookup_waits());

  const auto result = named(context_for(generous));

  EXPECT_EQ(result, CheckResult::pass());
  EXPECT_EQ(silent_names.asked(), 1);
}

TEST_F(PostgresNamesTest, AResultOfALookupIsUsedOnce) {
  const Postgres named = check("host=silent.test port=" + closed_port());
  silent_names.open();
  (void)named(context_for(generous));

  (void)named(context_for(generous));

  EXPECT_EQ(silent_names.asked(), 2);
}

TEST_F(PostgresNamesTest, ANameAfterASilentOneIsReachedWhenThatLookupFails) {
  const Postgres two = check("host=silent.test,local.test port=" + server_.port());
  (void)two(context_with_exactly(20ms));
  ASSERT_TRUE(a_lookup_waits());
  silent_names.give_up();
  ASSERT_TRUE(no_lookup_waits());
  silent_names.reset();

  const auto result = two(context_for(4s));

  EXPECT_EQ(result, CheckResult::pass());
}

TEST_F(PostgresNamesTest, ANameThatWasSilentIsLookedUpLast) {
  const FakePostgres forgetful{[](Session& session) {
    session.read_startup();
    session.welcome();
    session.read_message();
    vitals_test::send_answer(session, "1");
  }};
  const Postgres two = check("host=silent.test,local.test port=" + forgetful.port());
  (void)two(context_with_exactly(20ms));
  ASSERT_TRUE(a_lookup_waits());
  silent_names.give_up();
  ASSERT_TRUE(no_lookup_waits());
  silent_names.reset();
  ASSERT_EQ(two(context_for(4s)), CheckResult::pass());

  const auto result = two(context_for(4s));

  EXPECT_EQ(result, CheckResult::pass());
  EXPECT_TRUE(a_lookup_waits());
}

TEST_F(PostgresNamesTest, ASilentNameLeavesTimeForAnotherName) {
  const auto result = check("host=local.test,silent.test port=" + server_.port())(context_for(4s));

  EXPECT_EQ(result, CheckResult::pass());
}

TEST_F(PostgresNamesTest, WhileNoNameHasAnAddressTheNameServerGetsAllTheTime) {
  const auto result = check("host=silent.test,silent.test")(context_with_exactly(100ms));

  EXPECT_THAT(result.message(), StartsWith("no answer within 90 ms: the host name \""));
}

TEST_F(PostgresNamesTest, ALookupWithoutMemoryFailsTheRun) {
  const auto result = check("host=heavy.test")(context_for(generous));

  EXPECT_EQ(result.message(), "could not translate host name \"heavy.test\" to address: out of memory");
}

TEST_F(PostgresNamesTest, APasswordOfTheEnvironmentIsWithheldBeforeThereIsAConnection) {
  setenv("PGPASSWORD", "gone.test", 1);

  const auto alone = check("host=gone.test")(context_for(generous));
  const auto first_of_two = check("host=gone.test,/nowhere")(context_for(generous));

  EXPECT_THAT(alone.message(), StartsWith("failed (reason withheld"));
  EXPECT_THAT(first_of_two.message(), StartsWith("failed (reason withheld"));
  unsetenv("PGPASSWORD");
}

TEST_F(PostgresNamesTest, APasswordOfAFileIsWithheldBeforeThereIsAConnection) {
  const vitals_test::TemporaryFolder folder;
  const std::string file = folder.path() / "passwords";
  std::ofstream{file} << "*:*:*:*:gone.test\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);  // libpq ignores a file that others can read

  const auto result = check("host=gone.test passfile=" + file)(context_for(generous));

  EXPECT_THAT(result.message(), StartsWith("failed (reason withheld"));
}

}  // namespace
