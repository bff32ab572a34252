#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <vitals/checks/postgres.hpp>

#include "checks/postgres_connection.hpp"
#include "checks/postgres_secrets.hpp"
#include "checks/single_line.hpp"

namespace vitals::inline v1 {
namespace checks {

using detail::PostgresConnection;
using detail::PostgresOutcome;
using Connection = std::unique_ptr<PostgresConnection>;

class Postgres::State {
 public:
  State(std::string conninfo, std::string query)
      : conninfo_{std::move(conninfo)}, query_{std::move(query)}, secrets_{detail::secrets_of(conninfo_)} {}

  CheckResult run(const detail::RunLimit& limit) {
    Connection connection = take();
    PostgresOutcome outcome;
    if (connection != nullptr) outcome = connection->ask(query_, limit);
    // A kept connection may have died long ago: only a new one tells how the server is now.
    if (outcome.kind == PostgresOutcome::Kind::lost) {
      connection = std::make_unique<PostgresConnection>(conninfo_, secrets_);
      outcome = connection->connect(limit);
      if (outcome.kind == PostgresOutcome::Kind::good) outcome = connection->ask(query_, limit);
    }
    const bool good = outcome.kind == PostgresOutcome::Kind::good;
    const bool answered = good || outcome.kind == PostgresOutcome::Kind::refused;
    if (answered && connection->reusable()) keep(std::move(connection));
    return good ? CheckResult::pass() : CheckResult::fail(outcome.message);
  }

 private:
  Connection take() {
    const std::scoped_lock lock{mutex_};
    return std::move(kept_);
  }

  /// Of two runs at the same time the later one's connection is kept.
  void keep(Connection connection) {
    const std::scoped_lock lock{mutex_};
    kept_.swap(connection);
  }

  const std::string conninfo_;
  const std::string query_;
  const std::vector<std::string> secrets_;
  std::mutex mutex_;
  Connection kept_;
};

Postgres::Postgres(std::string conninfo, PostgresOptions options) {
  detail::require_conninfo(conninfo);
  if (detail::single_line(options.query).empty() || options.query.find('\0') != std::string::npos)
    throw std::invalid_argument{"vitals::checks::Postgres: the query must be neither blank nor hold a NUL"};
  state_ = std::make_shared<State>(std::move(conninfo), std::move(options.query));
}

Postgres::Postgres(const Postgres& other) noexcept = default;
Postgres::Postgres(Postgres&& other) noexcept = default;
Postgres& Postgres::operator=(const Postgres& other) noexcept = default;
Postgres& Postgres::operator=(Postgres&& other) noexcept = default;
Postgres::~Postgres() = default;

CheckResult Postgres::operator()(const CheckContext& context) const { return state_->run(detail::RunLimit{context}); }

}  // namespace checks
}  // namespace vitals::inline v1
