#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/postgres.hpp>

#include "support/fake_postgres.hpp"
#include "support/program.hpp"
#include "support/run_check.hpp"
#include "support/silent_listener.hpp"

// Which of several hosts a run connects to.

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using vitals::CheckResult;
using vitals::checks::Postgres;
using vitals_test::context_for;
using vitals_test::context_with_exactly;
using vitals_test::FakePostgres;
using vitals_test::generous;
using vitals_test::SilentListener;

class PostgresHostsTest : public testing::Test {
 protected:
  static Postgres check(const std::string& conninfo) {
    return Postgres{"user=app sslmode=disable gssencmode=disable " + conninfo};
  }
  static std::string port_of(const SilentListener& listener) { return std::to_string(listener.port()); }

  FakePostgres server_{[](FakePostgres::Session& session) { vitals_test::answer_with(session, "1"); }};
};

TEST_F(PostgresHostsTest, AHostThatIsSilentForItsTimeoutIsSkipped) {
  const SilentListener silent;
  const Postgres two =
      check("connect_timeout=1 host=127.0.0.1,127.0.0.1 port=" + port_of(silent) + "," + server_.port());

  const auto result = two(context_for(generous));

  EXPECT_EQ(result, CheckResult::pass());
}

TEST_F(PostgresHostsTest, TheTimeoutMayComeFromTheEnvironment) {
  setenv("PGCONNECT_TIMEOUT", "1", 1);
  setenv("PGHOST", "127.0.0.1,127.0.0.1", 1);
  const SilentListener silent;
  const Postgres two = check("port=" + port_of(silent) + "," + server_.port());

  const auto result = two(context_for(generous));

  EXPECT_EQ(result, CheckResult::pass());
  unsetenv("PGCONNECT_TIMEOUT");
  unsetenv("PGHOST");
}

TEST_F(PostgresHostsTest, HostsMayComeFromAServiceFile) {
  const vitals_test::TemporaryFolder folder;
  const SilentListener silent;
  const std::string file = folder.path() / "services";
  std::ofstream{file} << "[app]\nhost=127.0.0.1,127.0.0.1\nport=" << port_of(silent) << "," << server_.port()
                      << "\nconnect_timeout=1\n";
  setenv("PGSERVICEFILE", file.c_str(), 1);

  const auto result = check("service=app")(context_for(generous));

  EXPECT_EQ(result, CheckResult::pass());
  unsetenv("PGSERVICEFILE");
}

TEST_F(PostgresHostsTest, EachSilentHostHasItsShareOfTheTime) {
  const SilentListener first;
  const SilentListener second;
  const SilentListener third;
  const Postgres three =
      check("host=127.0.0.1,127.0.0.1,127.0.0.1 port=" + port_of(first) + "," + port_of(second) + "," + port_of(third));

  const auto result = three(context_with_exactly(3s));

  EXPECT_EQ(result.status(), vitals::Status::fail);
  EXPECT_TRUE(second.has_a_peer());
  EXPECT_TRUE(third.has_a_peer());
}

TEST_F(PostgresHostsTest, TheSilentHostsAreNamed) {
  const SilentListener silent;
  const std::string closed = port_of(SilentListener{});
  const Postgres two = check("connect_timeout=1 host=127.0.0.1,127.0.0.1 port=" + port_of(silent) + "," + closed);

  const auto result = two(context_for(generous));

  EXPECT_THAT(result.message(), HasSubstr("no answer from \"127.0.0.1\", port " + port_of(silent) + " within 1000 ms"));
  EXPECT_THAT(result.message(), HasSubstr("Connection refused"));
}

TEST_F(PostgresHostsTest, AHostWithoutANameIsConnectedToByItsAddress) {
  const auto result = check("host=,nowhere hostaddr=127.0.0.1,127.0.0.1 port=" + server_.port())(context_for(generous));

  EXPECT_EQ(result, CheckResult::pass());
}

TEST_F(PostgresHostsTest, ListsOfDifferentLengthFailWithLibpqsMessage) {
  const auto result = check("host=silent.test,silent.test hostaddr=127.0.0.1")(context_for(generous));

  EXPECT_THAT(result.message(), HasSubstr("could not match 2 host names to 1 hostaddr values"));
}

TEST_F(PostgresHostsTest, AMissingServiceFailsWithLibpqsMessage) {
  const auto result = check("service=nowhere host=silent.test")(context_for(generous));

  EXPECT_THAT(result.message(), HasSubstr("definition of service \"nowhere\" not found"));
}

}  // namespace
