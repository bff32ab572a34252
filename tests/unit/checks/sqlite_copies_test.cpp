#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <vitals/checks/sqlite.hpp>

#include "support/program.hpp"
#include "support/run_check.hpp"
#include "support/sqlite_copy.hpp"
#include "support/sqlite_lock.hpp"

// A program with two copies of SQLite: the application's, and the one that the check is linked with.

namespace {

using vitals::checks::Sqlite;
using vitals_test::context_for;
using vitals_test::generous;
using vitals_test::keeps_writers_out;
using vitals_test::SqliteCopy;

class SqliteCopiesTest : public testing::Test {
 protected:
  SqliteCopiesTest() { EXPECT_EQ(host_.execute("CREATE TABLE notes (text); BEGIN IMMEDIATE"), SQLITE_OK); }

  vitals_test::TemporaryFolder folder_;
  std::string path_ = folder_.path() / "notes.db";
  SqliteCopy host_{path_};
};

TEST_F(SqliteCopiesTest, AreTwo) { EXPECT_NE(SqliteCopy::code(), reinterpret_cast<const void*>(&sqlite3_open)); }

TEST_F(SqliteCopiesTest, ACheckOverTheHostsHandleLeavesItItsTransaction) {
  ASSERT_EQ(host_.execute("INSERT INTO notes VALUES ('tea')"), SQLITE_OK);
  ASSERT_TRUE(keeps_writers_out(path_));

  for (int i = 0; i < 3; ++i) EXPECT_EQ(host_.check("SELECT count(*) FROM notes", "1"), "");

  EXPECT_TRUE(keeps_writers_out(path_));
  EXPECT_EQ(host_.execute("COMMIT"), SQLITE_OK);
}

// That is why the check keeps the file open. When it is destroyed, this can't be avoided: see the warning of the class.
TEST_F(SqliteCopiesTest, ACheckOfTheFileTakesTheHostsLocksWhenItIsDestroyed) {
  auto check = std::make_unique<Sqlite>(path_, vitals::checks::SqliteOptions{.query = "PRAGMA schema_version"});
  (void)(*check)(context_for(generous));

  check.reset();

  EXPECT_FALSE(keeps_writers_out(path_));
}

}  // namespace
