#include <memory>
#include <stdexcept>
#include <string>

#include <sqlite3.h>

#include <vitals/checks/sqlite.hpp>

#include "checks/run_limit.hpp"
#include "checks/single_line.hpp"

namespace vitals::inline v1 {
namespace checks {
namespace {

struct Close {
  void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Close>;

/// Called by SQLite while somebody else holds the lock; zero gives up.
int wait_for_lock(void* limit, int) {
  constexpr std::chrono::milliseconds step{5};
  try {
    return static_cast<const detail::RunLimit*>(limit)->pause(step) == detail::RunLimit::Wake::ready ? 1 : 0;
  } catch (...) {
    return 0;  // nothing may be thrown through SQLite, which is C
  }
}

/// Called by SQLite between the steps of a query; anything but zero interrupts it.
int is_over(void* limit) {
  return static_cast<const detail::RunLimit*>(limit)->state() == detail::RunLimit::Wake::ready ? 0 : 1;
}

int open(const std::string& path, detail::RunLimit& limit, Database& database) {
  sqlite3* opened = nullptr;
  const int error = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  database.reset(opened);
  if (error != SQLITE_OK) return error;
  constexpr int instructions_between_calls = 1000;
  sqlite3_busy_handler(opened, &wait_for_lock, &limit);
  sqlite3_progress_handler(opened, instructions_between_calls, &is_over, &limit);
  // To write back the log of a database in WAL mode is the application's business, and may take longer than a check.
  return sqlite3_db_config(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

/// Runs all statements of `query` to their ends.
int run(sqlite3* database, const char* query) {
  while (*query != '\0') {
    sqlite3_stmt* prepared = nullptr;
    const char* rest = nullptr;
    if (const int error = sqlite3_prepare_v2(database, query, -1, &prepared, &rest); error != SQLITE_OK) return error;
    const Statement statement{prepared};
    query = rest;
    int step = SQLITE_ROW;
    while (step == SQLITE_ROW) step = prepared == nullptr ? SQLITE_DONE : sqlite3_step(prepared);
    if (step != SQLITE_DONE) return step;
  }
  return SQLITE_OK;
}

}  // namespace

Sqlite::Sqlite(std::string path, SqliteOptions options) : path_{std::move(path)}, query_{std::move(options.query)} {
  if (path_.empty() || path_ == ":memory:" || path_.find('\0') != std::string::npos)
    throw std::invalid_argument{"vitals::checks::Sqlite: the path must name a file"};
  if (detail::single_line(query_).empty())
    throw std::invalid_argument{"vitals::checks::Sqlite: the query must not be blank"};
}

CheckResult Sqlite::operator()(const CheckContext& context) const {
  detail::RunLimit limit{context};  // outlives the connection, whose handlers point to it
  Database database;
  int error = open(path_, limit, database);
  // Many queries, `SELECT 1` for one, don't touch the file at all; this does.
  if (error == SQLITE_OK) error = run(database.get(), "SELECT count(*) FROM sqlite_master");
  if (error == SQLITE_OK) error = run(database.get(), query_.c_str());
  if (error == SQLITE_OK) return CheckResult::pass();
  if (limit.state() == detail::RunLimit::Wake::ready || (error != SQLITE_BUSY && error != SQLITE_INTERRUPT))
    return CheckResult::fail(
        detail::single_line(database == nullptr ? sqlite3_errstr(error) : sqlite3_errmsg(database.get())));
  return CheckResult::fail(limit.message() + (error == SQLITE_BUSY ? ": the database is locked" : ""));
}

}  // namespace checks
}  // namespace vitals::inline v1
