// MariaDB itself, from Debian's package mariadb-server-core.

#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/mysql.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/byte_proxy.hpp"
#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/program.hpp"
#include "support/reserved_port.hpp"
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
using vitals_test::Program;

/// A MariaDB server with the user `app`, whose password is "s3cr@t:/%", on a port that it keeps. It is made once.
class Server {
 public:
  static constexpr auto program = "/usr/sbin/mariadbd";
  static constexpr auto credentials = "app:s3cr%40t%3A%2F%25@";

  Server() {
    initialise();
    start();
  }

  void start() {
    running_.emplace(program,
                     arguments({"--port=" + std::to_string(port()), "--bind-address=127.0.0.1",
                                "--socket=" + (folder_.path() / "socket").string(),
                                "--pid-file=" + (folder_.path() / "pid").string(), "--max-connections=20"}),
                     folder_.path());
    if (!eventually([&] { return answers(); })) throw std::runtime_error{running_->errors()};
  }
  void stop() { running_.reset(); }
  void signal(int number) const { running_->signal(number); }

  [[nodiscard]] std::uint16_t port() const noexcept { return reserved_.number(); }
  [[nodiscard]] std::string url(const std::string& user = credentials, const std::string& database = {}) const {
    return "mysql://" + user + "127.0.0.1:" + std::to_string(port()) + '/' + database;
  }
  [[nodiscard]] vitals::CheckResult ask(const std::string& query, const std::optional<std::string>& expect = {}) const {
    return MySql{url(), {.query = query, .expect = expect}}(context_for(generous));
  }
  [[nodiscard]] bool answers() const { return ask("SELECT 1").status() == vitals::Status::pass; }
  /// Whether SHOW PROCESSLIST has only the connection that asks.
  [[nodiscard]] bool has_only_us() const {
    return ask("SELECT COUNT(*) FROM information_schema.PROCESSLIST", "1").status() == vitals::Status::pass;
  }

 private:
  [[nodiscard]] std::vector<std::string> arguments(std::vector<std::string> more) const {
    // No InnoDB, which would need most of the time and space.
    std::vector<std::string> all{"--no-defaults",
                                 "--datadir=" + (folder_.path() / "data").string(),
                                 "--user=root",
                                 "--skip-log-bin",
                                 "--skip-innodb",
                                 "--default-storage-engine=Aria",
                                 "--aria-log-file-size=8M"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  /// As mariadb-install-db does, which needs another package.
  void initialise() const {
    std::filesystem::create_directory(folder_.path() / "data");
    const auto script = folder_.path() / "bootstrap.sql";
    std::ofstream sql{script};
    sql << "CREATE DATABASE mysql;\nUSE mysql;\n";
    for (const auto* part : {"mysql_system_tables.sql", "mysql_system_tables_data.sql"})
      sql << std::ifstream{std::string{"/usr/share/mysql/"} + part}.rdbuf();
    sql << "FLUSH PRIVILEGES;\nCREATE DATABASE `a/b`;\nCREATE DATABASE closed;\n"
           "CREATE TABLE `a/b`.notes (text VARCHAR(20));\n"
           "CREATE USER app@'%' IDENTIFIED BY 's3cr@t:/%';\n"
           "GRANT SELECT, PROCESS, READ_ONLY ADMIN ON *.* TO app@'%';\n"
           "CREATE USER stranger@'%' IDENTIFIED BY 'x';\nCREATE USER locked@'%' ACCOUNT LOCK;\n";
    sql.close();
    auto words = arguments({"--bootstrap"});
    std::string command = program;
    for (const auto& word : words) command += " '" + word + "'";
    Program shell{"/bin/sh", {"-c", command + " < '" + script.string() + "'"}, folder_.path()};
    if (shell.wait() != 0) throw std::runtime_error{shell.errors()};
  }

  vitals_test::TemporaryFolder folder_;
  vitals_test::ReservedPort reserved_;
  std::optional<Program> running_;
};

class MySqlServerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(Server::program)) GTEST_SKIP() << Server::program << " is missing";
    if (shared() == nullptr) shared() = std::make_unique<Server>();
  }
  static void TearDownTestSuite() { shared() = nullptr; }

  static std::unique_ptr<Server>& shared() {
    static std::unique_ptr<Server> server;
    return server;
  }
  static Server& server() { return *shared(); }
  [[nodiscard]] static vitals::CheckResult run(const std::string& url, MySqlOptions options = {},
                                               std::chrono::milliseconds timeout = generous) {
    return MySql{url, std::move(options)}(context_for(timeout));
  }
};

TEST_F(MySqlServerTest, AcceptsAUserAndADatabaseThatNeedPercentEncoding) {
  EXPECT_THAT(run(server().url()), IsPass());
  EXPECT_THAT(run(server().url(Server::credentials, "a%2Fb"), {.query = "SELECT DATABASE()", .expect = "a/b"}),
              IsPass());
}

TEST_F(MySqlServerTest, SaysWhyItRefusesALogin) {
  EXPECT_THAT(run(server().url("app:wr0ng@")),
              IsFail(AllOf(HasSubstr(": authentication failed: Access denied for user 'app'"),
                           EndsWith("(password given: YES)"), Not(HasSubstr("wr0ng")))));
  EXPECT_THAT(run(server().url("app@")), IsFail(EndsWith("(password given: NO)")));
  EXPECT_THAT(run(server().url("locked@")), IsFail(HasSubstr("authentication failed: ")));
  EXPECT_THAT(run(server().url("stranger:x@", "closed")), IsFail(HasSubstr("authentication failed: ")));
  EXPECT_THAT(run(server().url(Server::credentials, "gone")),
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
  server().signal(SIGSTOP);
  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(run(server().url(), {}, 100ms), IsFail(HasSubstr("doesn't answer during the login: no answer within")));
  server().signal(SIGCONT);

  EXPECT_THAT(run(server().url()), IsPass());
  EXPECT_TRUE(eventually([] { return server().has_only_us(); }));
}

TEST_F(MySqlServerTest, RefusesConnectionsWhileItIsStoppedAndWorksAfterwards) {
  const MySql check{server().url()};
  EXPECT_THAT(check(context_for(generous)), IsPass());

  server().stop();
  EXPECT_THAT(check(context_for(generous)), IsFail(HasSubstr("connection refused by 127.0.0.1:")));

  server().start();
  EXPECT_THAT(check(context_for(generous)), IsPass());
}

std::ptrdiff_t thread_count() {
  const std::filesystem::directory_iterator threads{"/proc/self/task"};
  return std::distance(begin(threads), end(threads));
}

TEST_F(MySqlServerTest, HasNothingLeftAfterAThousandRuns) {
  const MySql check{server().url()};
  for (int i = 0; i < 10; ++i) EXPECT_THAT(check(context_for(generous)), IsPass());
  const auto before = vitals_test::open_descriptors();
  const auto threads_before = thread_count();

  for (int i = 0; i < 1000; ++i) EXPECT_THAT(check(context_for(generous)), IsPass());

  EXPECT_EQ(vitals_test::open_descriptors(), before);
  EXPECT_EQ(thread_count(), threads_before);
  EXPECT_TRUE(eventually([] { return server().has_only_us(); }));
}

// Without a limit the server would go on for hours: it doesn't notice that its client has gone.
TEST_F(MySqlServerTest, HasNothingLeftAfterRunsThatTimedOut) {
  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(run(server().url(), {.query = "SELECT BENCHMARK(1000000000000, SHA1('x'))"}, 500ms),
                IsFail(testing::_));

  EXPECT_TRUE(eventually([] { return server().has_only_us(); }));
}

TEST_F(MySqlServerTest, AnswersInSingleBytes) {
  const vitals_test::ByteProxy proxy{server().port()};
  const auto at_proxy = [&](const std::string& credentials) {
    return "mysql://" + credentials + "127.0.0.1:" + std::to_string(proxy.port());
  };

  EXPECT_THAT(run(at_proxy(Server::credentials), {.query = "SELECT 'yes'", .expect = "yes"}), IsPass());
  EXPECT_THAT(run(at_proxy("app:wr0ng@")), IsFail(HasSubstr("authentication failed: ")));
}

TEST_F(MySqlServerTest, SimultaneousRunsDoNotDisturbEachOther) {
  const MySql check{server().url(), {.query = "SELECT CONNECTION_ID() > 0", .expect = "1"}};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int run = 0; run < 25; ++run) EXPECT_THAT(check(context_for(generous)), IsPass());
    });
  for (auto& thread : threads) thread.join();
}

}  // namespace
