#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <vitals/checks/sqlite.hpp>

#include "support/descriptors.hpp"
#include "support/program.hpp"
#include "support/run_check.hpp"
#include "support/sqlite_connection.hpp"
#include "support/sqlite_lock.hpp"

// What a query's answer means, whether the database is writable, and checks that use the application's own connection.

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using vitals::CheckResult;
using vitals::checks::Sqlite;
using vitals::checks::SqliteOptions;
using vitals_test::context_for;
using vitals_test::context_with_exactly;
using vitals_test::generous;
using vitals_test::keeps_writers_out;
using vitals_test::SqliteConnection;

class SqliteAnswersTest : public testing::Test {
 protected:
  SqliteAnswersTest() {
    SqliteConnection{path_}.execute("CREATE TABLE notes (text); INSERT INTO notes VALUES ('milk')");
  }

  [[nodiscard]] CheckResult run(SqliteOptions options) const {
    return Sqlite{path_, std::move(options)}(context_for(generous));
  }
  [[nodiscard]] fs::path folder() const { return folder_.path(); }

  vitals_test::TemporaryFolder folder_;
  std::string path_ = folder_.path() / "notes.db";
};

struct Answer {
  const char* name;
  const char* query;
  const char* expected;
  const char* message;  ///< Empty if the check passes.
};
class SqliteExpectTest : public SqliteAnswersTest, public testing::WithParamInterface<Answer> {};

TEST_P(SqliteExpectTest, ComparesTheFirstColumnOfTheFirstRow) {
  const auto result = run({.query = GetParam().query, .expect = GetParam().expected});

  EXPECT_EQ(result.message(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Answers, SqliteExpectTest,
    testing::Values(Answer{"Text", "SELECT 'on', 'off'", "on", ""}, Answer{"Number", "SELECT 42", "42", ""},
                    Answer{"Pragma", "PRAGMA quick_check", "ok", ""}, Answer{"Nothing", "SELECT ''", "", ""},
                    Answer{"FirstOfSeveralRows", "VALUES (1), (2)", "1", ""},
                    Answer{"AfterAStatementWithoutRows", "BEGIN; SELECT 1", "1", ""},
                    Answer{"Other", "SELECT 'off'", "on", "expected \"on\", got \"off\""},
                    Answer{"Null", "SELECT NULL", "", "expected \"\", got NULL"},
                    Answer{"NoRow", "SELECT 1 WHERE 0", "1", "expected \"1\", got no row"},
                    Answer{"LaterError", "SELECT 1; SELECT 1 FROM nowhere", "1", "no such table: nowhere"}),
    [](const auto& test) { return test.param.name; });

TEST_F(SqliteAnswersTest, WithoutAnExpectationAnyAnswerPasses) {
  EXPECT_EQ(run({.query = "SELECT 0"}), CheckResult::pass());
}

TEST_F(SqliteAnswersTest, AWritableDatabasePassesAndIsLeftAsItIs) {
  const auto before = fs::last_write_time(path_);

  const auto result = run({.expect_writable = true});

  EXPECT_EQ(result, CheckResult::pass());
  EXPECT_EQ(fs::last_write_time(path_), before);
}

TEST_F(SqliteAnswersTest, ADatabaseOpenedForReadingIsNotWritable) {
  const auto result = Sqlite{"file:" + path_ + "?mode=ro", {.expect_writable = true}}(context_for(generous));

  EXPECT_EQ(result.message(), "the database is read-only");
}

/// Drops root's privileges while it lives, so that file permissions apply.
class Unprivileged {
 public:
  Unprivileged() {
    if (user_ == 0 && seteuid(65534) != 0) throw std::runtime_error{"can't give up the privileges"};
  }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;
  ~Unprivileged() { EXPECT_EQ(seteuid(user_), 0); }

 private:
  uid_t user_ = geteuid();
};

TEST_F(SqliteAnswersTest, AFileThatMayOnlyBeReadIsNotWritableUntilItMayBeWritten) {
  fs::permissions(folder(), fs::perms::all);
  fs::permissions(path_, fs::perms{0444});
  const Sqlite check{path_, {.expect_writable = true}};
  const auto run_unprivileged = [&] {
    const Unprivileged unprivileged;
    return check(context_for(generous));
  };

  const auto refused = run_unprivileged();
  fs::permissions(path_, fs::perms::all);
  const auto allowed = run_unprivileged();

  EXPECT_EQ(refused.message(), "the database is read-only");
  EXPECT_EQ(allowed, CheckResult::pass());
}

TEST_F(SqliteAnswersTest, AFolderThatTakesNoJournalMakesTheDatabaseUnwritable) {
  fs::permissions(folder(), fs::perms{0555});
  fs::permissions(path_, fs::perms::all);
  const Sqlite check{path_, {.expect_writable = true}};

  const auto result = [&] {
    const Unprivileged unprivileged;
    return check(context_for(generous));
  }();

  EXPECT_EQ(result.message(), "can't write to the folder: Permission denied");
  fs::permissions(folder(), fs::perms::owner_all);
}

TEST_F(SqliteAnswersTest, ADatabaseThatAnotherProcessWritesToAllTheTimeIsNotWritable) {
  SqliteConnection application{path_};
  application.execute("BEGIN IMMEDIATE");
  const Sqlite check{path_, {.expect_writable = true}};

  const auto result = check(context_with_exactly(100ms));

  EXPECT_EQ(result.message(), "no answer within 90 ms: the database is locked");
  EXPECT_EQ(run({}), CheckResult::pass());
}

TEST_F(SqliteAnswersTest, AHandleIsQueriedWithoutOpeningTheFile) {
  const SqliteConnection application{path_};
  const Sqlite check{application.handle(),
                     {.query = "SELECT text FROM notes", .expect = "milk", .expect_writable = true}};
  const auto before = vitals_test::open_descriptors();

  const auto result = check(context_for(generous));

  EXPECT_EQ(result.message(), "");
  EXPECT_EQ(vitals_test::open_descriptors(), before);
}

TEST_F(SqliteAnswersTest, AHandlesOwnDatabaseInMemoryIsQueried) {
  SqliteConnection application{":memory:"};
  application.execute("CREATE TABLE notes (text)");

  const auto result = Sqlite{application.handle(), {.query = "SELECT text FROM notes"}}(context_for(generous));

  EXPECT_EQ(result.message(), "");
}

TEST_F(SqliteAnswersTest, AHandlesTransactionKeepsItsLocks) {
  SqliteConnection application{path_};
  application.execute("BEGIN IMMEDIATE; INSERT INTO notes VALUES ('tea')");
  ASSERT_TRUE(keeps_writers_out(path_));

  const auto result =
      Sqlite{application.handle(),
             {.query = "SELECT count(*) FROM notes", .expect = "2", .expect_writable = true}}(context_for(generous));

  EXPECT_EQ(result.message(), "");
  EXPECT_TRUE(keeps_writers_out(path_));
  application.execute("COMMIT");
}

// Its rows are written only when the last one has been read.
TEST_F(SqliteAnswersTest, AHandlesUnfinishedStatementContinues) {
  const SqliteConnection application{path_};
  sqlite3_stmt* insert = nullptr;
  const char* const sql = "INSERT INTO notes VALUES ('tea'), ('bread') RETURNING text";
  ASSERT_EQ(sqlite3_prepare_v2(application.handle(), sql, -1, &insert, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_step(insert), SQLITE_ROW);

  const auto result = Sqlite{application.handle(), {.expect_writable = true}}(context_for(generous));

  EXPECT_EQ(result.message(), "");
  EXPECT_EQ(sqlite3_step(insert), SQLITE_ROW);
  EXPECT_EQ(sqlite3_step(insert), SQLITE_DONE);
  EXPECT_EQ(sqlite3_finalize(insert), SQLITE_OK);
  EXPECT_EQ(run({.query = "SELECT count(*) FROM notes", .expect = "3"}).message(), "");
}

TEST_F(SqliteAnswersTest, AHandleThatIsInUseIsWaitedForUntilTheDeadline) {
  const SqliteConnection application{path_};
  sqlite3_mutex_enter(sqlite3_db_mutex(application.handle()));
  std::optional<CheckResult> result;

  std::thread{[&] { result = Sqlite{application.handle()}(context_with_exactly(100ms)); }}.join();

  EXPECT_EQ(result->message(), "no answer within 90 ms: the application's connection is in use");
  sqlite3_mutex_leave(sqlite3_db_mutex(application.handle()));
}

TEST_F(SqliteAnswersTest, AHandleWhoseFileWasDeletedFails) {
  const SqliteConnection application{path_};
  const Sqlite check{application.handle()};
  ASSERT_EQ(check(context_for(generous)).message(), "");
  fs::remove(path_);

  const auto result = check(context_for(generous));

  EXPECT_EQ(result.message(), "the file that the application has open was deleted or replaced");
}

TEST_F(SqliteAnswersTest, AHandleForASingleThreadIsRefused) {
  const SqliteConnection application{path_, SQLITE_OPEN_NOMUTEX};

  EXPECT_THROW(Sqlite{application.handle()}, std::invalid_argument);
  EXPECT_THROW(Sqlite{static_cast<sqlite3*>(nullptr)}, std::invalid_argument);
}

// SQLite forbids a child to use or close a connection of its parent.
TEST_F(SqliteAnswersTest, AForkedChildOpensTheFileAgain) {
  const Sqlite check{path_};
  ASSERT_EQ(check(context_for(generous)), CheckResult::pass());
  const auto before = vitals_test::open_descriptors().size();
  const pid_t child = fork();
  if (child == 0) {
    const bool passes = check(context_for(generous)).status() == vitals::Status::pass;
    _exit(passes && vitals_test::open_descriptors().size() == before + 1 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);

  EXPECT_EQ(status, 0);
  EXPECT_EQ(check(context_for(generous)), CheckResult::pass());
}

}  // namespace
