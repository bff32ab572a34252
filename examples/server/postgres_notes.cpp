#include "postgres_notes.hpp"

#include <initializer_list>
#include <poll.h>
#include <utility>

#include <libpq-fe.h>

namespace notes {
namespace {

struct Finish {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, Finish>;
using Result = std::unique_ptr<PGresult, Finish>;
using Deadline = std::chrono::steady_clock::time_point;

bool is_ready(const Connection& connection, short events, std::chrono::milliseconds timeout) {
  pollfd socket{PQsocket(connection.get()), events, 0};
  return poll(&socket, 1, static_cast<int>(timeout.count())) > 0;
}

/// Returns false at the deadline, even while a server never stops sending.
bool wait(const Connection& connection, short events, Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return left.count() > 0 && is_ready(connection, events, left);
}

/// libpq's own messages aren't passed on, since they may quote the connection URL. The health check reports what is
/// safe to show.
[[noreturn]] void fail_to_connect() { throw DatabaseError{"no connection to the database"}; }

Connection connect(const std::string& url, Deadline deadline) {
  Connection connection{PQconnectStart(url.c_str())};
  if (connection == nullptr || PQstatus(connection.get()) == CONNECTION_BAD) fail_to_connect();
  PostgresPollingStatusType wants = PGRES_POLLING_WRITING;
  while (wants != PGRES_POLLING_OK) {
    if (wants == PGRES_POLLING_FAILED) fail_to_connect();
    if (!wait(connection, wants == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline)) fail_to_connect();
    wants = PQconnectPoll(connection.get());
  }
  PQsetnonblocking(connection.get(), 1);
  PQsetNoticeReceiver(
      connection.get(), [](void*, const PGresult*) {}, nullptr);  // "relation already exists, skipping"
  return connection;
}

/// Uses libpq without blocking: a frozen server must not delay the shutdown.
class PostgresNotes final : public NotesStore {
 public:
  explicit PostgresNotes(std::string url) : url_{std::move(url)} {}

  void create_table() override {
    execute(
        "CREATE TABLE IF NOT EXISTS notes "
        "(id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text TEXT NOT NULL)",
        {});
  }

  std::vector<Note> list() override {
    const std::string limit = std::to_string(list_limit);
    const Result rows = execute(
        "SELECT id, text FROM (SELECT id, text FROM notes ORDER BY id DESC LIMIT $1::int) AS newest ORDER BY id",
        {limit.c_str()});
    std::vector<Note> notes;
    notes.reserve(static_cast<std::size_t>(PQntuples(rows.get())));
    for (int row = 0; row < PQntuples(rows.get()); ++row)
      notes.push_back({std::stoll(PQgetvalue(rows.get(), row, 0)), PQgetvalue(rows.get(), row, 1)});
    return notes;
  }

  Note add(const std::string& text) override {
    const Result row = execute("INSERT INTO notes (text) VALUES ($1::text) RETURNING id", {text.c_str()});
    return {std::stoll(PQgetvalue(row.get(), 0, 0)), text};
  }

 private:
  Result execute(const char* sql, std::initializer_list<const char*> parameters) {
    const Deadline deadline = std::chrono::steady_clock::now() + time_limit;
    // An idle connection is readable only if it has ended.
    Connection connection = std::move(connection_);
    if (connection == nullptr || is_ready(connection, POLLIN, std::chrono::milliseconds{0}))
      connection = connect(url_, deadline);
    if (PQsendQueryParams(connection.get(), sql, static_cast<int>(parameters.size()), nullptr, parameters.begin(),
                          nullptr, nullptr, 0) == 0)
      throw DatabaseError{"the connection to the database has ended"};
    Result result = receive(connection, deadline);
    // Kept only after a complete answer: what is left of one would be read as the answer to the next query.
    if (PQstatus(connection.get()) == CONNECTION_OK) connection_ = std::move(connection);
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return result;
    const char* reason = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
    throw DatabaseError{reason != nullptr ? reason : "the connection to the database has ended"};
  }

  static Result receive(const Connection& connection, Deadline deadline) {
    for (int unsent = PQflush(connection.get()); unsent != 0; unsent = PQflush(connection.get()))
      if (unsent < 0 || !wait(connection, POLLIN | POLLOUT, deadline) || PQconsumeInput(connection.get()) == 0)
        throw DatabaseError{"the database doesn't accept the query"};
    Result last;
    for (;;) {
      while (PQisBusy(connection.get()) != 0) {
        if (!wait(connection, POLLIN, deadline)) throw DatabaseError{"the database doesn't answer"};
        if (PQconsumeInput(connection.get()) == 0) throw DatabaseError{"the connection to the database has ended"};
      }
      Result next{PQgetResult(connection.get())};
      if (next == nullptr) return last;
      last = std::move(next);
    }
  }

  std::string url_;
  Connection connection_;
};

}  // namespace

std::unique_ptr<NotesStore> open_postgres_notes(std::string url) {
  return std::make_unique<PostgresNotes>(std::move(url));
}

}  // namespace notes
