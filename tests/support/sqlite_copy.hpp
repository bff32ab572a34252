#pragma once

#include <string>

struct sqlite3;

namespace vitals_test {

/// An application's connection through a second copy of SQLite, which is linked statically into this library.
class SqliteCopy {
 public:
  explicit SqliteCopy(const std::string& path);
  SqliteCopy(const SqliteCopy&) = delete;
  SqliteCopy& operator=(const SqliteCopy&) = delete;
  ~SqliteCopy();

  /// @returns SQLite's error code; 0 if there is none.
  int execute(const char* sql);
  /// Runs a check of vitals over this connection.
  /// @returns Its message, empty if it has passed.
  std::string check(const std::string& query, const std::string& expected);
  /// The address of this copy's code.
  static const void* code();

 private:
  sqlite3* database_ = nullptr;
};

}  // namespace vitals_test
