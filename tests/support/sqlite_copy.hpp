#pragma once

#include <string>

struct sqlite3;

namespace vitals_test {

/// A host's connection, by a second copy of SQLite: the one that is linked statically into this library.
class SqliteCopy {
 public:
  explicit SqliteCopy(const std::string& path);
  SqliteCopy(const SqliteCopy&) = delete;
  SqliteCopy& operator=(const SqliteCopy&) = delete;
  ~SqliteCopy();

  /// @returns SQLite's error, 0 if there is none.
  int execute(const char* sql);
  /// Runs a check of vitals that asks over this connection.
  /// @returns Its message, empty if it has passed.
  std::string check(const std::string& query, const std::string& expected);
  /// Where this copy's code is.
  static const void* code();

 private:
  sqlite3* database_ = nullptr;
};

}  // namespace vitals_test
