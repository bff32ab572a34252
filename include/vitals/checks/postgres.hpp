#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <memory>
#include <optional>
#include <string>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/export.hpp>

namespace vitals::inline v1 {

namespace checks {

/// What a Postgres check asks, and what it expects.
///
/// @code
/// vitals::checks::Postgres{"postgresql://app@db1,db2/app", {.query = "SELECT 1 FROM notes", .expect_primary = true}}
/// @endcode
struct PostgresOptions {
  /// The query of every run. Any rows will do; an error fails the check. It runs in its own transaction, which the
  /// server ends about a second after the run's deadline, so that queries on a stuck table don't pile up. A server that
  /// refuses this time limit, such as PgBouncer's console, gets the query without it.
  std::string query = "SELECT 1";
  /// The expected first column of the first row, as text as psql prints it: `"t"`, `"on"`, `"42"`. Any other value,
  /// NULL, and no row fail the check. Without it any answer passes, `false` too.
  std::optional<std::string> expect = {};
  /// True: a hot standby fails. With several hosts the check looks for the primary.
  bool expect_primary = false;
};

/// Queries a PostgreSQL server: passes if the answer comes before the run's deadline.
///
/// @code
/// #include <vitals/checks/postgres.hpp>   // link vitals::postgres
/// health.add_readiness_check("postgres", vitals::checks::Postgres{"postgresql://app@db/app"});
/// @endcode
///
/// It keeps one connection from run to run, and reconnects within the same run if that has died. A run ends shortly
/// before its deadline (a tenth of the remaining time, 50 ms at most), so that the message can say what it waited for,
/// and at once at a stop request, whatever the server sends. Host names are resolved on a separate thread, at most one
/// per check, so that a run also ends in time if the name server is silent. That thread may outlive the check until the
/// name server answers: don't unload the library (dlclose) meanwhile. Kerberos and LDAP, if libpq uses them, may block
/// for longer.
///
/// Of several hosts the first one that answers is used, as in libpq. A silent host gets its share of the remaining
/// time, or `connect_timeout` if that is shorter; then the next one is tried. Names are resolved one after another, in
/// order. If the name server doesn't answer for one, the others wait until the C library gives up (often 5 to 30 s),
/// and runs may fail until then. From then on that name is resolved last.
///
/// Messages never contain a password, whether it comes from the connection string, PGPASSWORD, a service file or a
/// password file: a message that would contain one is replaced entirely.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe; simultaneous runs use one connection each.
/// @par Lifetime       Copies share the kept connection; the last one closes it. A child of fork() makes its own check.
class VITALS_EXPORT Postgres {
 public:
  /// Not a liveness check: the database's outage would restart every replica.
  using remote_check = void;

  /// Doesn't connect yet.
  ///
  /// @param conninfo  A connection URI or `key=value` pairs, as for libpq; the rest comes from libpq's environment
  ///                  variables (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING). In a
  ///                  URI, '@' and '/' in the user name or password must be percent-encoded.
  /// @throws std::invalid_argument  if `conninfo` is malformed or the query is blank. The message doesn't repeat
  ///                                `conninfo`; it names an unknown key unless that may be part of a password.
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
