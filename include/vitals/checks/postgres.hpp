#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <memory>
#include <string>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/export.hpp>

namespace vitals::inline v1 {

namespace checks {

struct PostgresOptions {
  /// What is asked on every run. Any rows will do; an error fails the check. It runs in a transaction of its own, which
  /// the server ends by itself about a second after the run's deadline, so that queries on a stuck table don't pile up.
  std::string query = "SELECT 1";
};

/// Asks a PostgreSQL server a question: passes if an answer comes before the run's deadline.
///
/// @code
/// #include <vitals/checks/postgres.hpp>   // link vitals::postgres
/// health.add_readiness_check("postgres", vitals::checks::Postgres{"postgresql://app@db/app"});
/// @endcode
///
/// It keeps one connection from run to run, and opens a new one within the same run if that has died. It ends a little
/// before its deadline (a tenth of the time left, 50 ms at most) so as to say itself what it waited for, and at once
/// when it is told to stop. Only the resolution of a host name blocks without limit: a resolver that hangs makes the
/// run overdue. Of several hosts the first that answers at all is taken; one that stays silent uses up the run.
///
/// Messages never hold a password, wherever that comes from (the connection string, PGPASSWORD, a service file or a
/// password file): one that would is withheld whole.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe; runs at the same time use a connection each.
/// @par Lifetime       Copies share the kept connection, which is closed with the last of them.
class VITALS_EXPORT Postgres {
 public:
  /// Not a liveness check: the database's outage would restart every replica.
  using remote_check = void;

  /// Doesn't connect yet.
  ///
  /// @param conninfo  A connection URI or `key=value` pairs, as libpq takes them; what it leaves out comes from libpq's
  ///                  environment variables
  ///                  (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING). In a URI, '@' and
  ///                  '/' in the user name or password must be percent-encoded.
  /// @throws std::invalid_argument  if `conninfo` is malformed, without repeating it, or if the query is blank.
  explicit Postgres(std::string conninfo, PostgresOptions options = {});
  Postgres(const Postgres& other) noexcept;
  Postgres(Postgres&& other) noexcept;
  Postgres& operator=(const Postgres& other) noexcept;
  Postgres& operator=(Postgres&& other) noexcept;
  ~Postgres();

  CheckResult operator()(const CheckContext& context) const;

 private:
  class State;

  std::shared_ptr<State> state_;
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
