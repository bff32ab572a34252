#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <vitals/checks/sqlite.hpp>

#include "support/descriptors.hpp"
#include "support/run_check.hpp"
#include "support/sqlite_connection.hpp"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;
using vitals::Status;
using vitals::checks::Sqlite;
using vitals_test::context_for;
using vitals_test::generous;
using vitals_test::SqliteConnection;

static_assert(!vitals::is_remote_check<Sqlite>::value);
static_assert(vitals::CheckCallable<Sqlite>);

constexpr const char* endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

class SqliteCheckTest : public testing::Test {
 protected:
  SqliteCheckTest() {
    std::string name = (fs::temp_directory_path() / "vitals-sqlite-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    path_ = folder_ / "notes.db";
    SqliteConnection{path_}.execute("CREATE TABLE notes (text); INSERT INTO notes VALUES ('milk')");
  }
  ~SqliteCheckTest() override { fs::remove_all(folder_); }

  vitals::CheckResult run(const std::string& query = "SELECT 1") const {
    return Sqlite{path_, {.query = query}}(context_for(generous));
  }

  fs::path folder_;
  std::string path_;
};

TEST_F(SqliteCheckTest, PassesOnADatabase) {
  const auto result = run();

  EXPECT_EQ(result.status(), Status::pass);
}

TEST_F(SqliteCheckTest, PassesOnADatabaseWithWriteAheadLogInUse) {
  SqliteConnection application{path_};
  application.execute("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; INSERT INTO notes VALUES ('tea')");

  const auto result = run("SELECT count(*) FROM notes");

  EXPECT_EQ(result.status(), Status::pass);
}

TEST_F(SqliteCheckTest, AMissingFileFailsAndIsNotCreated) {
  fs::remove(path_);

  const auto result = run();

  EXPECT_EQ(result.message(), "unable to open database file");
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(SqliteCheckTest, AFileDeletedBetweenTwoRunsFails) {
  const Sqlite check{path_};
  ASSERT_EQ(check(context_for(generous)).status(), Status::pass);
  fs::remove(path_);

  const auto result = check(context_for(generous));

  EXPECT_EQ(result.status(), Status::fail);
}

TEST_F(SqliteCheckTest, AFileReplacedBetweenTwoRunsIsTheOneThatCounts) {
  const Sqlite check{path_, {.query = "SELECT text FROM notes"}};
  ASSERT_EQ(check(context_for(generous)).status(), Status::pass);
  SqliteConnection{path_ + ".new"}.execute("CREATE TABLE other (text)");
  fs::rename(path_ + ".new", path_);

  const auto result = check(context_for(generous));

  EXPECT_EQ(result.message(), "no such table: notes");
}

TEST_F(SqliteCheckTest, AFileThatIsNoDatabaseFailsAlsoForAQueryThatReadsNothing) {
  std::ofstream{path_} << "this has been something else from the beginning, and longer than the head of a database is, "
                          "so that nobody takes it for an empty one";

  const auto result = run("SELECT 1");

  EXPECT_EQ(result.message(), "file is not a database");
}

TEST_F(SqliteCheckTest, AFolderFails) {
  const auto result = Sqlite{folder_}(context_for(generous));

  EXPECT_EQ(result.status(), Status::fail);
}

TEST_F(SqliteCheckTest, AQueryThatIsWrongFailsWithSqlitesReason) {
  const auto result = run("SELECT 1; SELECT * FROM nowhere");

  EXPECT_EQ(result.message(), "no such table: nowhere");
}

TEST_F(SqliteCheckTest, ALockedDatabaseFailsWithinTheDeadline) {
  SqliteConnection application{path_};
  application.execute("BEGIN EXCLUSIVE");
  const Sqlite check{path_};

  const auto result = check(vitals_test::context_with_exactly(100ms));

  EXPECT_EQ(result.message(), "no answer within 90 ms: the database is locked");
}

TEST_F(SqliteCheckTest, AQueryWithoutEndFailsWithinTheDeadline) {
  const Sqlite check{path_, {.query = endless}};

  const auto result = check(vitals_test::context_with_exactly(100ms));

  EXPECT_EQ(result.message(), "no answer within 90 ms");
}

TEST_F(SqliteCheckTest, AStopRequestEndsTheQuery) {
  const Sqlite check{path_, {.query = endless}};
  std::stop_source stop;
  stop.request_stop();

  const auto result = check(context_for(1h, stop.get_token()));

  EXPECT_EQ(result.message(), "stopped before there was an answer");
}

TEST_F(SqliteCheckTest, AStopRequestEndsTheWaitForALock) {
  SqliteConnection application{path_};
  application.execute("BEGIN EXCLUSIVE");
  const Sqlite check{path_};
  std::stop_source stop;
  const std::jthread stopper{[&] { stop.request_stop(); }};

  const auto result = check(context_for(1h, stop.get_token()));

  EXPECT_THAT(result.message(), HasSubstr("stopped before there was an answer"));
}

TEST_F(SqliteCheckTest, RunsLeaveNoDescriptorOpen) {
  const auto before = vitals_test::open_descriptors();
  const Sqlite missing{path_ + ".missing"};

  for (int i = 0; i < 100; ++i) {
    (void)run();
    (void)missing(context_for(generous));
  }

  EXPECT_EQ(vitals_test::open_descriptors(), before);
}

TEST_F(SqliteCheckTest, TheFileStaysOpenFromRunToRunAndIsClosedWithTheLastCopy) {
  const auto before = vitals_test::open_descriptors();
  auto check = std::make_unique<Sqlite>(path_);
  (void)(*check)(context_for(generous));
  const auto opened = vitals_test::open_descriptors();
  const Sqlite copy = *check;

  for (int i = 0; i < 100; ++i) ASSERT_EQ((*check)(context_for(generous)), vitals::CheckResult::pass());
  check.reset();

  EXPECT_EQ(opened.size(), before.size() + 1);
  EXPECT_EQ(vitals_test::open_descriptors(), opened);
}

TEST_F(SqliteCheckTest, AQueryThatLeavesATransactionOpenHoldsNoLock) {
  const Sqlite check{path_, {.query = "BEGIN EXCLUSIVE"}};
  ASSERT_EQ(check(context_for(generous)), vitals::CheckResult::pass());

  SqliteConnection{path_}.execute("INSERT INTO notes VALUES ('tea')");
  EXPECT_EQ(check(context_for(generous)), vitals::CheckResult::pass());
}

TEST_F(SqliteCheckTest, AnEmptyFileIsNoDatabase) {
  std::ofstream{path_, std::ios::trunc} << "";

  const auto result = run();

  EXPECT_EQ(result.message(), "the file is empty: it holds no database yet");
}

TEST_F(SqliteCheckTest, AFileThatIsEmptiedWhileItIsOpenFails) {
  const Sqlite check{path_};
  ASSERT_EQ(check(context_for(generous)), vitals::CheckResult::pass());
  fs::resize_file(path_, 0);

  const auto result = check(context_for(generous));

  EXPECT_EQ(result.message(), "the file is empty: it holds no database yet");
}

TEST_F(SqliteCheckTest, AFileThatComesBackPasses) {
  const Sqlite check{path_};
  ASSERT_EQ(check(context_for(generous)), vitals::CheckResult::pass());
  fs::rename(path_, path_ + ".away");
  ASSERT_EQ(check(context_for(generous)).message(), "unable to open database file");
  fs::rename(path_ + ".away", path_);

  const auto result = check(context_for(generous));

  EXPECT_EQ(result, vitals::CheckResult::pass());
}

TEST_F(SqliteCheckTest, ALinkThatPointsElsewhereIsFollowed) {
  SqliteConnection{folder_ / "other.db"}.execute("CREATE TABLE other (text)");
  const fs::path link = folder_ / "current.db";
  fs::create_symlink(path_, link);
  const Sqlite check{link, {.query = "SELECT text FROM notes"}};
  ASSERT_EQ(check(context_for(generous)), vitals::CheckResult::pass());
  fs::remove(link);
  fs::create_symlink(folder_ / "other.db", link);

  const auto result = check(context_for(generous));

  EXPECT_EQ(result.message(), "no such table: notes");
}

TEST_F(SqliteCheckTest, AUriThatNamesAFilePasses) {
  const auto result = Sqlite{"file:" + path_ + "?mode=ro"}(context_for(generous));

  EXPECT_EQ(result, vitals::CheckResult::pass());
}

TEST_F(SqliteCheckTest, AUriCreatesNoFile) {
  const std::string missing = path_ + ".missing";

  const auto result = Sqlite{"file:" + missing + "?mode=rwc"}(context_for(generous));

  EXPECT_EQ(result.status(), Status::fail);
  EXPECT_FALSE(fs::exists(missing));
}

TEST(SqliteOptionsTest, APathThatNamesNoFileIsRefused) {
  for (const char* path : {"", ":memory:", "file:", "file::memory:", "file::memory:?cache=shared", "file:%3Amemory%3a",
                           "file:?mode=ro", "file:notes.db?mode=memory", "file:notes.db?cache=shared&mode=memory",
                           "file:notes.db?%6dode=memory#x", "file:///notes.db?vfs=memdb", "file://localhost"})
    EXPECT_THROW(Sqlite{path}, std::invalid_argument) << path;
}

TEST(SqliteOptionsTest, APathThatNamesAFileIsTaken) {
  for (const char* path : {"notes.db", "memory", "file:notes.db", "file:///data/notes.db?mode=ro&cache=private"})
    EXPECT_NO_THROW(Sqlite{path}) << path;
}

TEST(SqliteOptionsTest, ABlankQueryIsRefused) {
  EXPECT_THROW((Sqlite{"notes.db", {.query = ""}}), std::invalid_argument);
}

TEST(SqliteOptionsTest, AQueryThatHoldsANulIsRefused) {
  EXPECT_THROW((Sqlite{"notes.db", {.query = std::string{"SELECT 1\0;", 10}}}), std::invalid_argument);
}

}  // namespace
