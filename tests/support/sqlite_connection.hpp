#pragma once

#include <string>

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace vitals_test {

/// The application's own connection.
class SqliteConnection {
 public:
  explicit SqliteConnection(const std::string& path, int flags = SQLITE_OPEN_FULLMUTEX) {
    const int all = flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    EXPECT_EQ(sqlite3_open_v2(path.c_str(), &database_, all, nullptr), SQLITE_OK);
  }
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;
  ~SqliteConnection() { sqlite3_close(database_); }

  void execute(const char* sql) {
    EXPECT_EQ(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database_);
  }
  [[nodiscard]] sqlite3* handle() const { return database_; }

 private:
  sqlite3* database_ = nullptr;
};

}  // namespace vitals_test
