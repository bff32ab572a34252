#include <filesystem>
#include <fstream>
#include <memory>
#include <pwd.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/postgres.hpp>

#include "support/postgres_server.hpp"
#include "support/program.hpp"
#include "support/run_check.hpp"

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using vitals::CheckResult;
using vitals::checks::Postgres;
using vitals_test::context_for;
using vitals_test::generous;
using vitals_test::PostgresServer;

/// A real PgBouncer in front of a server, in transaction pooling mode. It listens on a socket in a temporary folder.
class PgBouncer {
 public:
  static bool available() { return fs::exists(executable); }

  explicit PgBouncer(const PostgresServer& server) {
    const fs::path users = folder_.path() / "users";
    const fs::path configuration = folder_.path() / "pgbouncer.ini";
    std::ofstream{users} << "\"app\" \"" << PostgresServer::password() << "\"\n";
    std::ofstream{configuration} << "[databases]\npostgres = host=127.0.0.1 port=" << server.port()
                                 << "\n[pgbouncer]\nunix_socket_dir = " << folder_.path().string()
                                 << "\nlisten_port = 6432\nauth_type = plain\nauth_file = " << users.string()
                                 << "\nadmin_users = app\npool_mode = transaction\n";
    std::vector<std::string> arguments{configuration};
    if (geteuid() == 0) {  // PgBouncer refuses to run as root
      const passwd* user = getpwnam("postgres");
      if (user == nullptr || chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0)
        throw std::runtime_error{"can't give the folder away"};
      arguments.insert(arguments.begin(), {"-u", "postgres"});
    }
    program_ = std::make_unique<vitals_test::Program>(executable, arguments, folder_.path());
    if (!vitals_test::eventually([&] { return program_->errors().find("process up") != std::string::npos; }))
      throw std::runtime_error{"PgBouncer doesn't start: " + program_->errors()};
  }

  [[nodiscard]] std::string conninfo(const std::string& database) const {
    return "host=" + folder_.path().string() + " port=6432 user=app dbname=" + database +
           " password=" + PostgresServer::password();
  }

 private:
  static constexpr const char* executable = "/usr/sbin/pgbouncer";

  vitals_test::TemporaryFolder folder_;
  std::unique_ptr<vitals_test::Program> program_;
};

class PgBouncerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresServer::available() || !PgBouncer::available()) GTEST_SKIP() << "no PostgreSQL or no PgBouncer";
    server_ = std::make_unique<PostgresServer>();
    bouncer_ = std::make_unique<PgBouncer>(*server_);
  }

  CheckResult run(const std::string& database, vitals::checks::PostgresOptions options = {}) const {
    return Postgres{bouncer_->conninfo(database), std::move(options)}(context_for(generous));
  }

  std::unique_ptr<PostgresServer> server_;
  std::unique_ptr<PgBouncer> bouncer_;
};

TEST_F(PgBouncerTest, AServerBehindAPoolIsChecked) {
  const auto result = run("postgres", {.expect = "1", .expect_primary = true});

  EXPECT_EQ(result.message(), "");
}

TEST_F(PgBouncerTest, TheTimeLimitIsNotLeftInThePool) {
  ASSERT_EQ(run("postgres").message(), "");

  const auto result = run("postgres", {.query = "COMMIT; SHOW statement_timeout", .expect = "0"});

  EXPECT_EQ(result.message(), "");
}

TEST_F(PgBouncerTest, ItsConsoleCanBeQueried) {
  const Postgres console{bouncer_->conninfo("pgbouncer"), {.query = "SHOW VERSION"}};

  EXPECT_EQ(console(context_for(generous)).message(), "");
  EXPECT_EQ(console(context_for(generous)).message(), "");
}

TEST_F(PgBouncerTest, ItsConsolesRefusalIsReported) {
  const auto result = run("pgbouncer", {.query = "SHOW NOTHING"});

  EXPECT_THAT(result.message(), testing::AllOf(HasSubstr("SHOW"), testing::Not(HasSubstr("SET LOCAL"))));
}

}  // namespace
