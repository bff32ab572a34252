#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <concepts>
#include <memory>
#include <optional>
#include <string>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/export.hpp>

// SQLite's own types, whose header this one doesn't need.
struct sqlite3;
struct sqlite3_mutex;
struct sqlite3_stmt;

namespace vitals::inline v1 {

namespace detail {

/// The functions of one copy of SQLite. A program may have several, and a handle belongs to the one that opened it.
struct SqliteApi {
  int (*prepare)(sqlite3* database, const char* sql, sqlite3_stmt** statement, const char** rest);
  int (*step)(sqlite3_stmt* statement);
  const unsigned char* (*column_text)(sqlite3_stmt* statement);
  int (*column_bytes)(sqlite3_stmt* statement);
  int (*column_count)(sqlite3_stmt* statement);
  int (*finalize)(sqlite3_stmt* statement);
  const char* (*error)(sqlite3* database);
  int (*file_control)(sqlite3* database, int operation, void* argument);
  int (*is_read_only)(sqlite3* database);
  int (*transaction_state)(sqlite3* database);
  int (*is_in_autocommit)(sqlite3* database);
  sqlite3_mutex* (*mutex)(sqlite3* database);
  int (*try_mutex)(sqlite3_mutex* mutex);
  void (*leave_mutex)(sqlite3_mutex* mutex);
};

/// Those that <sqlite3.h> has declared where this is used: the caller's copy.
template <class Database = sqlite3, class Statement = sqlite3_stmt, class Mutex = sqlite3_mutex>
VITALS_OWN SqliteApi sqlite_api() {
  return {
      .prepare = [](Database* database, const char* sql, Statement** statement,
                    const char** rest) { return sqlite3_prepare_v2(database, sql, -1, statement, rest); },
      .step = [](Statement* statement) { return sqlite3_step(statement); },
      .column_text = [](Statement* statement) { return sqlite3_column_text(statement, 0); },
      .column_bytes = [](Statement* statement) { return sqlite3_column_bytes(statement, 0); },
      .column_count = [](Statement* statement) { return sqlite3_column_count(statement); },
      .finalize = [](Statement* statement) { return sqlite3_finalize(statement); },
      .error = [](Database* database) { return sqlite3_errmsg(database); },
      .file_control = [](Database* database, int operation,
                         void* argument) { return sqlite3_file_control(database, "main", operation, argument); },
      .is_read_only = [](Database* database) { return sqlite3_db_readonly(database, "main"); },
      .transaction_state = [](Database* database) { return sqlite3_txn_state(database, nullptr); },
      .is_in_autocommit = [](Database* database) { return sqlite3_get_autocommit(database); },
      .mutex = [](Database* database) { return sqlite3_db_mutex(database); },
      .try_mutex = [](Mutex* mutex) { return sqlite3_mutex_try(mutex); },
      .leave_mutex = [](Mutex* mutex) { sqlite3_mutex_leave(mutex); },
  };
}

}  // namespace detail

namespace checks {

/// What a Sqlite check asks, and what it expects.
///
/// @code
/// vitals::checks::Sqlite{"notes.db", {.query = "PRAGMA quick_check", .expect = "ok"}}
/// @endcode
struct SqliteOptions {
  /// The query of every run, after the file's schema has been read. Any rows will do; an error fails the check.
  std::string query = "SELECT 1";
  /// The expected first column of the first row, as text: `"ok"`, `"42"`. Any other value, NULL, and no row fail the
  /// check. Without it any answer passes, `0` too.
  std::optional<std::string> expect = {};
  /// True: fails if the database can't be written to because of its permissions or its folder's, or if the write lock
  /// can't be taken before the deadline. Takes that lock for a moment, and writes nothing: doesn't notice a full disk.
  bool expect_writable = false;
};

/// Reads an SQLite database file: passes if it is there, is a database, and answers before the run's deadline.
///
/// @code
/// #include <vitals/checks/sqlite.hpp>   // link vitals::sqlite
/// health.add_readiness_check("notes-file", vitals::checks::Sqlite{"notes.db"});
/// @endcode
///
/// It never creates the file, and an empty file fails. The file stays open from run to run; if it was deleted or
/// replaced, the new one is opened. If another process holds a lock, the run waits until shortly before its deadline (a
/// tenth of the remaining time, 50 ms at most). A file system that hangs, as network ones can, makes the run overdue.
///
/// @warning If the program has a second copy of SQLite (linked statically into a library, say) that uses the same file,
/// use the constructor that takes a handle. POSIX locks belong to the process, and the copies don't know of each other:
/// when one of them unlocks or closes the file, the locks of the other one's transactions are gone as well
/// (https://www.sqlite.org/howtocorrupt.html, 2.2).
///
/// While it has a database in WAL mode open, the last of your own connections doesn't remove the log when it closes.
///
/// The check is local, so it compiles as a liveness check too. Readiness is nearly always right, because a restart
/// repairs no file.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe; simultaneous runs take turns.
/// @par Lifetime       Copies share the open file; the last one closes it. A child of fork() makes its own check.
class VITALS_EXPORT Sqlite {
 public:
  /// Doesn't open the file yet.
  ///
  /// @param path  A file name, or a URI (https://www.sqlite.org/uri.html); relative ones count from the working folder
  ///              of the run.
  /// @throws std::invalid_argument  if the path names no file (it is empty, ":memory:", or a URI like that: the check
  ///                                would have an empty database of its own), or the query is blank or holds a NUL.
  explicit Sqlite(std::string path, SqliteOptions options = {});

  /// Uses a connection of the application, with the copy of SQLite whose <sqlite3.h> the caller has included.
  ///
  /// A run uses the handle between two calls of the application, and waits for that until shortly before its deadline.
  /// It doesn't interrupt its query, because that would interrupt yours too, and your busy handler decides how long it
  /// waits for a lock: keep both shorter than the check's timeout. Your calls wait while a run uses the handle. While
  /// you have an open transaction or an unfinished statement, `expect_writable` takes no lock.
  ///
  /// @param handle   Must stay open until the check has been removed and its run has ended.
  /// @param options  As above.
  /// @throws std::invalid_argument  if the handle is null or was opened without a mutex (SQLITE_OPEN_NOMUTEX), or the
  ///                                query is blank or holds a NUL.
  template <std::same_as<sqlite3> Database>
  explicit Sqlite(Database* handle, SqliteOptions options = {})
      : Sqlite{handle, detail::sqlite_api<Database>(), std::move(options)} {}

  CheckResult operator()(const CheckContext& context) const;

 private:
  class State;

  Sqlite(sqlite3* handle, const detail::SqliteApi& api, SqliteOptions options);

  std::shared_ptr<State> state_;
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
