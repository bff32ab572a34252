#include "checks/postgres_connection.hpp"

#include <new>
#include <poll.h>

#include "checks/postgres_secrets.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using Kind = PostgresOutcome::Kind;
using Wake = RunLimit::Wake;

/// Bounds the query on the server too, which otherwise doesn't notice that its client has gone: each run would leave a
/// session that waits for a locked table. LOCAL, so that the setting doesn't stay in a pooler's connection. Later than
/// the run's own limit, so that the two don't race.
std::string bounded(const std::string& query, const RunLimit& limit) {
  const auto bound = limit.left() + std::chrono::seconds{1};
  return "SET LOCAL statement_timeout = " + std::to_string(bound.count()) + "; " + query;
}

PGconn* start(const std::string& conninfo, const std::map<std::string, std::string>& overrides) {
  std::vector<const char*> keys{"dbname"};
  std::vector<const char*> values{conninfo.c_str()};
  for (const auto& [key, value] : overrides) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  PGconn* const connection = PQconnectStartParams(keys.data(), values.data(), 1);
  if (connection == nullptr) throw std::bad_alloc{};
  return connection;
}

}  // namespace

/// A forked child shares the socket with its parent: PQfinish() would end the parent's session. The child only closes
/// its own descriptor; libpq's data leaks on purpose.
void FinishPostgres::operator()(PGconn* connection) const noexcept {
  if (::getpid() == process) return PQfinish(connection);
  if (const int socket = PQsocket(connection); socket >= 0) ::close(socket);
}

PostgresConnection::PostgresConnection(const std::string& conninfo, const std::map<std::string, std::string>& overrides,
                                       const std::vector<std::string>& secrets)
    : secrets_{secrets}, connection_{start(conninfo, overrides)} {
  // By default libpq prints notices to standard error.
  PQsetNoticeReceiver(
      connection_.get(), [](void*, const PGresult*) {}, nullptr);
}

std::optional<PostgresOutcome> PostgresConnection::connect(const RunLimit& limit, SocketLimit& socket_limit,
                                                           RunLimit::Time until) {
  PGconn* const connection = connection_.get();
  if (PQstatus(connection) == CONNECTION_BAD) return lost();
  const PostgresHost first = host();
  while (polling_ != PGRES_POLLING_OK && host() == first) {
    if (polling_ == PGRES_POLLING_FAILED)
      return limit.is_over() ? PostgresOutcome{Kind::late, limit.message()} : lost();
    // The descriptor changes when libpq goes on to the next address.
    const int socket = PQsocket(connection);
    if (socket < 0) return lost();
    const bool ready = limit.wait(socket, polling_ == PGRES_POLLING_READING ? POLLIN : POLLOUT, until) == Wake::ready;
    if (!ready || limit.is_over() || std::chrono::steady_clock::now() >= until) {
      socket_limit.abandon();
      return PostgresOutcome{Kind::late, limit.message()};
    }
    // From this state on the server may send messages of any length.
    if (PQstatus(connection) != CONNECTION_STARTED && PQstatus(connection) != CONNECTION_MADE)
      socket_limit.watch(socket);
    polling_ = PQconnectPoll(connection);
  }
  if (polling_ != PGRES_POLLING_OK) return std::nullopt;
  return PQsetnonblocking(connection, 1) == 0 ? PostgresOutcome{Kind::good} : lost();
}

PostgresHost PostgresConnection::host() const {
  const auto text = [](const char* value) { return std::string{value != nullptr ? value : ""}; };
  PGconn* const connection = connection_.get();
  return {text(PQhost(connection)), text(PQhostaddr(connection)), text(PQport(connection))};
}

PostgresOutcome PostgresConnection::ask(const PostgresQuestion& question, const RunLimit& limit) {
  Answer answer = exchange(takes_limits_ ? bounded(question.query, limit) : question.query, limit);
  if (takes_limits_ && answer.outcome.kind == Kind::refused && !answer.began) {
    // Either the query has a syntax error, or the server, such as a pooler's console, refuses SET LOCAL.
    answer = exchange(question.query, limit);
    takes_limits_ = answer.outcome.kind == Kind::refused;
  }
  if (answer.outcome.kind != Kind::good) return std::move(answer.outcome);
  const auto reason = broken_expectation(question.expect, answer.value);
  if (!reason) return {Kind::good};
  // A cut text may end with the beginning of a password, which no search would find: so the whole text is searched.
  const auto whole = broken_expectation(question.expect, answer.value, std::string::npos);
  return {Kind::unexpected, safe(holds_secret(connection_.get(), secrets_, *whole) ? *whole : *reason)};
}

PostgresConnection::Answer PostgresConnection::exchange(const std::string& query, const RunLimit& limit) {
  SocketLimit socket_limit{limit};
  Progress progress = send(query, limit, socket_limit);
  Answer answer{{Kind::good}};
  while (progress == Progress::done) {
    progress = receive(limit, socket_limit);
    if (progress != Progress::done) break;
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result{PQgetResult(connection_.get()), &PQclear};
    if (result == nullptr) break;  // the answer is complete
    take(result.get(), answer);
    if (answer.outcome.kind == Kind::lost) return answer;
  }
  if (progress == Progress::late || limit.is_over()) {
    socket_limit.abandon();
    answer.outcome = {Kind::late, limit.message()};
  } else if (progress == Progress::lost || PQstatus(connection_.get()) == CONNECTION_BAD) {
    answer.outcome = lost();
  }
  return answer;
}

bool PostgresConnection::reusable() const {
  return connection_.get_deleter().process == ::getpid() && PQstatus(connection_.get()) == CONNECTION_OK &&
         PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
}

PostgresConnection::Progress PostgresConnection::await(short events, const RunLimit& limit) {
  const int socket = PQsocket(connection_.get());
  if (socket < 0) return Progress::lost;
  return limit.wait(socket, events) == Wake::ready ? Progress::done : Progress::late;
}

PostgresConnection::Progress PostgresConnection::send(const std::string& query, const RunLimit& limit,
                                                      SocketLimit& socket_limit) {
  PGconn* const connection = connection_.get();
  if (PQsendQuery(connection, query.c_str()) == 0) return Progress::lost;
  PQsetSingleRowMode(connection);  // a query with a million rows must not fill the memory
  for (int unsent = PQflush(connection); unsent != 0; unsent = PQflush(connection)) {
    if (unsent < 0) return Progress::lost;
    if (const Progress got = await(POLLIN | POLLOUT, limit); got != Progress::done) return got;
    if (limit.is_over()) return Progress::late;
    socket_limit.watch(PQsocket(connection));
    if (PQconsumeInput(connection) == 0) return Progress::lost;
  }
  return Progress::done;
}

/// Checks the limit after each read, because the server may never stop sending.
PostgresConnection::Progress PostgresConnection::receive(const RunLimit& limit, SocketLimit& socket_limit) {
  PGconn* const connection = connection_.get();
  for (bool again = false; PQisBusy(connection) != 0; again = true) {
    if (const Progress got = await(POLLIN, limit); got != Progress::done) return got;
    if (limit.is_over()) return Progress::late;
    // The first PQconsumeInput() reads no more than libpq's buffer holds. From the message's length, later ones know
    // how much to read, and may read it all in one call.
    if (again) socket_limit.watch(PQsocket(connection));
    if (PQconsumeInput(connection) == 0) return limit.is_over() ? Progress::late : Progress::lost;
  }
  return limit.is_over() ? Progress::late : Progress::done;
}

void PostgresConnection::take(const PGresult* result, Answer& answer) const {
  PostgresOutcome& outcome = answer.outcome;
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE:
      answer.began = true;
      if (answer.value.has_row || PQntuples(result) == 0 || PQnfields(result) == 0) return;
      answer.value.has_row = true;
      if (PQgetisnull(result, 0, 0) == 0)
        answer.value.text.emplace(PQgetvalue(result, 0, 0), static_cast<std::size_t>(PQgetlength(result, 0, 0)));
      return;
    case PGRES_FATAL_ERROR:
      if (PQstatus(connection_.get()) == CONNECTION_BAD) {
        outcome = lost();
      } else if (const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)) {
        outcome = {Kind::refused, safe(primary)};
      } else {
        outcome = {Kind::refused, safe(PQresultErrorMessage(result))};
      }
      return;
    default:  // a COPY doesn't end until its data is transferred
      outcome = {Kind::lost, "the query is of an unsupported kind, such as COPY"};
  }
}

PostgresOutcome PostgresConnection::lost() const { return {Kind::lost, safe(PQerrorMessage(connection_.get()))}; }

std::string PostgresConnection::safe(std::string_view text) const {
  return safe_message(connection_.get(), secrets_, text);
}

}  // namespace detail
}  // namespace vitals::inline v1
