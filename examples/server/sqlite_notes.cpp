#include "sqlite_notes.hpp"

#include <utility>

#include <sqlite3.h>

namespace notes {
namespace {

struct Close {
  void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Close>;

[[noreturn]] void fail(sqlite3* database) {
  throw DatabaseError{database != nullptr ? sqlite3_errmsg(database) : "out of memory"};
}

Statement prepare(sqlite3* database, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) != SQLITE_OK) fail(database);
  return Statement{statement};
}

/// Returns true if there is a row.
bool step(sqlite3* database, sqlite3_stmt* statement) {
  const int result = sqlite3_step(statement);
  if (result != SQLITE_ROW && result != SQLITE_DONE) fail(database);
  return result == SQLITE_ROW;
}

std::string text_of(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return text != nullptr ? std::string{text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))} : "";
}

/// Opens the file for every call, so that it never writes to one that was deleted or replaced meanwhile.
class SqliteNotes final : public NotesStore {
 public:
  explicit SqliteNotes(std::string path) : path_{std::move(path)} {}

  void create_table() override {
    const Database database = open(SQLITE_OPEN_CREATE);
    const Statement create = prepare(
        database.get(), "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)");
    step(database.get(), create.get());
  }

  std::vector<Note> list() override {
    const Database database = open();
    const Statement select = prepare(
        database.get(), "SELECT id, text FROM (SELECT id, text FROM notes ORDER BY id DESC LIMIT ?1) ORDER BY id");
    sqlite3_bind_int(select.get(), 1, list_limit);
    std::vector<Note> notes;
    while (step(database.get(), select.get()))
      notes.push_back({sqlite3_column_int64(select.get(), 0), text_of(select.get(), 1)});
    return notes;
  }

  Note add(const std::string& text) override {
    const Database database = open();
    const Statement insert = prepare(database.get(), "INSERT INTO notes (text) VALUES (?1)");
    if (sqlite3_bind_text64(insert.get(), 1, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK)
      fail(database.get());
    step(database.get(), insert.get());
    return {sqlite3_last_insert_rowid(database.get()), text};
  }

 private:
  Database open(int flags = 0) const {
    sqlite3* opened = nullptr;
    const int error = sqlite3_open_v2(path_.c_str(), &opened, SQLITE_OPEN_READWRITE | flags, nullptr);
    Database database{opened};
    if (error != SQLITE_OK) fail(opened);
    // Only waiting for another process's lock can take long.
    sqlite3_busy_timeout(opened, static_cast<int>(std::chrono::milliseconds{time_limit}.count()));
    return database;
  }

  std::string path_;
};

}  // namespace

std::unique_ptr<NotesStore> open_sqlite_notes(std::string path) {
  return std::make_unique<SqliteNotes>(std::move(path));
}

}  // namespace notes
