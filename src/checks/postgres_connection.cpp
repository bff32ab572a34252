#include "checks/postgres_connection.hpp"

#include <new>
#include <poll.h>

#include "checks/postgres_secrets.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using Kind = PostgresOutcome::Kind;
using Wake = RunLimit::Wake;

/// Bounds the query on the server too, which otherwise doesn't notice that its client has gone: a table that is locked
/// for minutes would collect a waiting session a run. LOCAL, so that nothing of it stays in a pooler's connection; and
/// later than the run's own limit, so that the two don't race.
std::string bounded(const std::string& query, const RunLimit& limit) {
  const auto bound = limit.left() + std::chrono::seconds{1};
  return "SET LOCAL statement_timeout = " + std::to_string(bound.count()) + "; " + query;
}

}  // namespace

PostgresConnection::PostgresConnection(const std::string& conninfo, const std::vector<std::string>& secrets)
    : secrets_{secrets}, connection_{PQconnectStart(conninfo.c_str())} {
  if (connection_ == nullptr) throw std::bad_alloc{};
  // By default libpq prints notices on standard error.
  PQsetNoticeReceiver(
      connection_.get(), [](void*, const PGresult*) {}, nullptr);
}

PostgresOutcome PostgresConnection::connect(const RunLimit& limit) {
  if (PQstatus(connection_.get()) == CONNECTION_BAD) return lost();
  PostgresPollingStatusType wants = PGRES_POLLING_WRITING;
  while (wants != PGRES_POLLING_OK) {
    if (wants == PGRES_POLLING_FAILED) return lost();
    // The descriptor changes when libpq goes on to the next address.
    switch (await(wants == PGRES_POLLING_READING ? POLLIN : POLLOUT, limit)) {
      case Progress::done: wants = PQconnectPoll(connection_.get()); break;
      case Progress::lost: return lost();
      case Progress::late: return {Kind::late, limit.message()};
    }
  }
  return PQsetnonblocking(connection_.get(), 1) == 0 ? PostgresOutcome{Kind::good} : lost();
}

PostgresOutcome PostgresConnection::ask(const std::string& query, const RunLimit& limit) {
  Progress progress = send(bounded(query, limit), limit);
  PostgresOutcome outcome{Kind::good};
  while (progress == Progress::done) {
    progress = receive(limit);
    if (progress != Progress::done) break;
    const Result result{PQgetResult(connection_.get())};
    if (result == nullptr) break;  // the answer is complete
    PostgresOutcome part = judge(result.get());
    if (part.kind == Kind::lost) return part;
    if (part.kind != Kind::good) outcome = std::move(part);
  }
  if (progress == Progress::late) return {Kind::late, limit.message()};
  if (progress == Progress::lost || PQstatus(connection_.get()) == CONNECTION_BAD) return lost();
  return outcome;
}

bool PostgresConnection::reusable() const {
  return PQstatus(connection_.get()) == CONNECTION_OK && PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
}

PostgresConnection::Progress PostgresConnection::await(short events, const RunLimit& limit) {
  const int socket = PQsocket(connection_.get());
  if (socket < 0) return Progress::lost;
  return limit.wait(socket, events) == Wake::ready ? Progress::done : Progress::late;
}

PostgresConnection::Progress PostgresConnection::send(const std::string& query, const RunLimit& limit) {
  PGconn* const connection = connection_.get();
  if (PQsendQuery(connection, query.c_str()) == 0) return Progress::lost;
  PQsetSingleRowMode(connection);  // a query with a million rows must not fill the memory
  for (int unsent = PQflush(connection); unsent != 0; unsent = PQflush(connection)) {
    if (unsent < 0) return Progress::lost;
    if (const Progress got = await(POLLIN | POLLOUT, limit); got != Progress::done) return got;
    if (PQconsumeInput(connection) == 0) return Progress::lost;
  }
  return Progress::done;
}

PostgresConnection::Progress PostgresConnection::receive(const RunLimit& limit) {
  PGconn* const connection = connection_.get();
  while (PQisBusy(connection) != 0) {
    if (const Progress got = await(POLLIN, limit); got != Progress::done) return got;
    if (PQconsumeInput(connection) == 0) return Progress::lost;
  }
  return limit.state() == Wake::ready ? Progress::done : Progress::late;
}

PostgresOutcome PostgresConnection::judge(const PGresult* result) const {
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE: return {Kind::good};
    case PGRES_FATAL_ERROR:
      if (PQstatus(connection_.get()) == CONNECTION_BAD) return lost();
      if (const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY))
        return {Kind::refused, safe(primary)};
      return {Kind::refused, safe(PQresultErrorMessage(result))};
    default: return {Kind::lost, "the query isn't one that only answers"};  // COPY never ends without its data
  }
}

PostgresOutcome PostgresConnection::lost() const { return {Kind::lost, safe(PQerrorMessage(connection_.get()))}; }

std::string PostgresConnection::safe(const char* text) const { return safe_message(connection_.get(), secrets_, text); }

}  // namespace detail
}  // namespace vitals::inline v1
