#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include <vitals/checks/postgres.hpp>

#include "checks/postgres_connection.hpp"
#include "checks/postgres_connector.hpp"
#include "checks/postgres_options.hpp"
#include "checks/single_line.hpp"

namespace vitals::inline v1 {
namespace checks {

using detail::PostgresConnection;
using detail::PostgresOutcome;
using Connection = std::unique_ptr<PostgresConnection>;
using Kind = PostgresOutcome::Kind;

class Postgres::State {
 public:
  State(std::string conninfo, PostgresOptions options)
      : question_{std::move(options.query), std::move(options.expect)},
        primary_{options.expect_primary},
        connector_{std::move(conninfo), options.expect_primary} {}

  CheckResult run(const detail::RunLimit& limit) {
    Connection connection = take();
    PostgresOutcome outcome;
    if (connection != nullptr) outcome = ask(*connection, limit, Kind::lost);
    // A kept connection may have died long ago: only a new one shows the present state of the server.
    if (outcome.kind == Kind::lost) {
      connection = nullptr;
      auto attempt = connector_.connect(limit);
      outcome = std::move(attempt.outcome);
      connection = std::move(attempt.connection);
      if (connection != nullptr) outcome = ask(*connection, limit, Kind::refused);
    }
    const bool answered = outcome.kind != Kind::lost && outcome.kind != Kind::late;
    if (answered && connection->reusable()) keep(std::move(connection));
    return outcome.kind == Kind::good ? CheckResult::pass() : CheckResult::fail(outcome.message);
  }

 private:
  /// @param if_standby  The outcome if the server isn't the primary.
  PostgresOutcome ask(PostgresConnection& connection, const detail::RunLimit& limit, Kind if_standby) const {
    if (primary_) {
      PostgresOutcome outcome = connection.ask({"SELECT pg_is_in_recovery()", "f"}, limit);
      if (outcome.kind == Kind::unexpected) return {if_standby, "the server is a hot standby, expected the primary"};
      if (outcome.kind != Kind::good) return outcome;
    }
    return connection.ask(question_, limit);
  }

  Connection take() {
    const std::scoped_lock lock{mutex_};
    if (kept_ != nullptr && !kept_->reusable()) kept_ = nullptr;
    return std::move(kept_);
  }

  /// If two runs overlap, the connection of the one that ends last is kept.
  void keep(Connection connection) {
    const std::scoped_lock lock{mutex_};
    kept_.swap(connection);
  }

  const detail::PostgresQuestion question_;
  const bool primary_;
  detail::PostgresConnector connector_;
  std::mutex mutex_;
  Connection kept_;  // last: it uses the connector's secrets
};

Postgres::Postgres(std::string conninfo, PostgresOptions options) {
  detail::require_conninfo(conninfo);
  if (detail::single_line(options.query).empty() || options.query.find('\0') != std::string::npos)
    throw std::invalid_argument{"vitals::checks::Postgres: the query must be neither blank nor hold a NUL"};
  state_ = std::make_shared<State>(std::move(conninfo), std::move(options));
}

Postgres::Postgres(const Postgres& other) noexcept = default;
Postgres::Postgres(Postgres&& other) noexcept = default;
Postgres& Postgres::operator=(const Postgres& other) noexcept = default;
Postgres& Postgres::operator=(Postgres&& other) noexcept = default;
Postgres::~Postgres() = default;

CheckResult Postgres::operator()(const CheckContext& context) const { return state_->run(detail::RunLimit{context}); }

}  // namespace checks
}  // namespace vitals::inline v1
