#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include <sqlite3.h>

#include <vitals/checks/sqlite.hpp>

#include "checks/expectation.hpp"
#include "checks/run_limit.hpp"
#include "checks/single_line.hpp"
#include "checks/sqlite_database.hpp"
#include "checks/sqlite_path.hpp"

namespace vitals::inline v1 {
namespace checks {
namespace {

using detail::FirstValue;
using detail::SqliteApi;
using detail::SqliteDatabase;
using Problem = std::optional<std::string>;

FirstValue value_of(const SqliteApi& api, sqlite3_stmt* statement) {
  FirstValue value{.has_row = true};
  if (const auto* text = reinterpret_cast<const char*>(api.column_text(statement)); text != nullptr)
    value.text.emplace(text, static_cast<std::size_t>(api.column_bytes(statement)));
  return value;
}

/// Runs all statements of `query` to completion.
int run(const SqliteDatabase& database, const char* query, FirstValue* first = nullptr) {
  const SqliteApi& api = database.api();
  while (*query != '\0') {
    sqlite3_stmt* prepared = nullptr;
    if (const int error = api.prepare(database.handle(), query, &prepared, &query); error != SQLITE_OK) return error;
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement{prepared, api.finalize};
    int step = prepared == nullptr ? SQLITE_DONE : api.step(prepared);
    for (; step == SQLITE_ROW; step = api.step(prepared))
      if (first != nullptr && !first->has_row && api.column_count(prepared) > 0) *first = value_of(api, prepared);
    if (step != SQLITE_DONE) return step;
  }
  return SQLITE_OK;
}

Problem problem_of(int error, const SqliteDatabase& database, const detail::RunLimit& limit) {
  constexpr int primary_code = 0xff;
  error &= primary_code;
  if (error == SQLITE_OK) return std::nullopt;
  if (!limit.is_over() || (error != SQLITE_BUSY && error != SQLITE_INTERRUPT))
    return detail::single_line(database.api().error(database.handle()));
  return limit.message() + (error == SQLITE_BUSY ? ": the database is locked" : "");
}

/// Takes and releases the write lock.
Problem obstacle_to_writing(const SqliteDatabase& database, const detail::RunLimit& limit) {
  if (database.api().is_read_only(database.handle()) != 0) return "the database is read-only";
  FirstValue journal;
  if (const int error = run(database, "PRAGMA journal_mode", &journal); error != SQLITE_OK)
    return problem_of(error, database, limit);
  if (auto obstacle = database.obstacle_to_writing(journal.text == "delete")) return obstacle;
  // The application has a transaction or an unfinished statement on this connection, which ROLLBACK would end.
  if (database.api().transaction_state(database.handle()) != SQLITE_TXN_NONE) return std::nullopt;
  const int error = run(database, "BEGIN IMMEDIATE; ROLLBACK");
  auto problem = problem_of(error, database, limit);
  if (database.api().is_in_autocommit(database.handle()) == 0) (void)run(database, "ROLLBACK");  // it was interrupted
  return problem;
}

}  // namespace

class Sqlite::State {
 public:
  State(std::unique_ptr<SqliteDatabase> database, SqliteOptions options)
      : database_{std::move(database)}, options_{std::move(options)} {}

  CheckResult run(const detail::RunLimit& limit) {
    std::unique_lock lock{mutex_};
    if (!limit.wait(lock, changed_, limit.end(), [this] { return !busy_; }))
      return CheckResult::fail(limit.message() + ": another run is under way");
    busy_ = true;
    lock.unlock();
    const Turn turn{*this};
    if (auto problem = database_->acquire(limit)) return CheckResult::fail(*problem);
    const auto release = [](SqliteDatabase* database) { database->release(); };
    const std::unique_ptr<SqliteDatabase, decltype(release)> acquired{database_.get(), release};
    const auto problem = ask(limit);
    return problem ? CheckResult::fail(*problem) : CheckResult::pass();
  }

 private:
  struct Turn {
    State& state;
    explicit Turn(State& of) : state{of} {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      const std::scoped_lock lock{state.mutex_};
      state.busy_ = false;
      state.changed_.notify_one();
    }
  };

  Problem ask(const detail::RunLimit& limit) const {
    // Many queries, such as `SELECT 1`, don't read the file at all; this one does.
    if (const int error = checks::run(*database_, "SELECT count(*) FROM sqlite_master"); error != SQLITE_OK)
      return problem_of(error, *database_, limit);
    if (options_.expect_writable)
      if (auto obstacle = obstacle_to_writing(*database_, limit)) return obstacle;
    FirstValue value;
    if (const int error = checks::run(*database_, options_.query.c_str(), &value); error != SQLITE_OK)
      return problem_of(error, *database_, limit);
    return detail::broken_expectation(options_.expect, value);
  }

  const std::unique_ptr<SqliteDatabase> database_;
  const SqliteOptions options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool busy_ = false;
};

namespace {

void require_query(const std::string& query) {
  if (detail::single_line(query).empty() || query.find('\0') != std::string::npos)
    throw std::invalid_argument{"vitals::checks::Sqlite: the query must be neither blank nor hold a NUL"};
}

}  // namespace

Sqlite::Sqlite(std::string path, SqliteOptions options) {
  detail::require_file(path);
  require_query(options.query);
  auto file = std::make_unique<detail::SqliteFile>(std::move(path), options.expect_writable);
  state_ = std::make_shared<State>(std::move(file), std::move(options));
}

Sqlite::Sqlite(sqlite3* handle, const detail::SqliteApi& api, SqliteOptions options) {
  if (handle == nullptr) throw std::invalid_argument{"vitals::checks::Sqlite: the handle is null"};
  if (api.mutex(handle) == nullptr)
    throw std::invalid_argument{"vitals::checks::Sqlite: the handle must be open with SQLITE_OPEN_FULLMUTEX"};
  require_query(options.query);
  state_ = std::make_shared<State>(std::make_unique<detail::SqliteHandle>(handle, api), std::move(options));
}

CheckResult Sqlite::operator()(const CheckContext& context) const { return state_->run(detail::RunLimit{context}); }

}  // namespace checks
}  // namespace vitals::inline v1
