#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <string>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/export.hpp>

namespace vitals::inline v1 {

namespace checks {

struct SqliteOptions {
  /// What is asked on every run, after the file's schema has been read. Any rows will do; an error fails the check.
  std::string query = "SELECT 1";
};

/// Reads an SQLite database file: passes if it is there, is a database, and answers before the run's deadline.
///
/// @code
/// #include <vitals/checks/sqlite.hpp>   // link vitals::sqlite
/// health.add_readiness_check("notes-file", vitals::checks::Sqlite{"notes.db"});
/// @endcode
///
/// Every run opens the file anew (a fraction of a millisecond), so that a file which was deleted or replaced is
/// noticed, and it never creates one. A lock that another process holds is waited for until a little before the run's
/// deadline (a tenth of the time left, 50 ms at most). A file system that hangs, as a network one can, makes the run
/// overdue.
///
/// The check is local, so the compiler takes it for liveness too; readiness is nearly always right, because a restart
/// mends no file.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT Sqlite {
 public:
  /// Doesn't open the file yet.
  ///
  /// @param path  An ordinary file name; relative ones count from the working folder of the run.
  /// @throws std::invalid_argument  if the path is empty or ":memory:" (each run would see an empty database of its
  /// own)
  ///                                or the query is blank.
  explicit Sqlite(std::string path, SqliteOptions options = {});

  CheckResult operator()(const CheckContext& context) const;

 private:
  std::string path_;
  std::string query_;
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
