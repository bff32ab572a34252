#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/postgres.hpp>

#include "support/postgres_server.hpp"
#include "support/run_check.hpp"

// The check resolves the host's name itself, and libpq verifies the certificate by that name.

namespace {

using testing::HasSubstr;
using vitals::checks::Postgres;
using vitals_test::context_for;
using vitals_test::generous;
using vitals_test::PostgresServer;

class PostgresTlsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresServer::available()) GTEST_SKIP() << "no PostgreSQL server programs";
  }

  /// Connects to "localhost" at a server whose certificate is for `name`.
  static std::string message_with_certificate_for(const std::string& name) {
    PostgresServer server;
    const std::string certificate = server.certify(name);
    return Postgres{"host=localhost port=" + std::to_string(server.port()) +
                    " user=app dbname=postgres password=" + PostgresServer::password() +
                    " sslmode=verify-full sslrootcert=" + certificate}(context_for(generous))
        .message();
  }
};

TEST_F(PostgresTlsTest, ACertificateForTheHostsNamePasses) { EXPECT_EQ(message_with_certificate_for("localhost"), ""); }

TEST_F(PostgresTlsTest, ACertificateForAnotherNameFails) {
  EXPECT_THAT(message_with_certificate_for("elsewhere.test"), HasSubstr("does not match host name \"localhost\""));
}

}  // namespace
