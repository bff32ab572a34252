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

struct PostgresOptions {
  /// What is asked on every run. Any rows will do; an error fails the check. It runs in a transaction of its own, which
  /// the server ends by itself about a second after the run's deadline, so that queries on a stuck table don't pile up.
  ///
  /// A server that refuses the time limit, such as PgBouncer's console, is asked without it.
  std::string query = "SELECT 1";
  /// What the first column of the answer's first row must be, compared as text as psql prints it: `"t"`, `"on"`,
  /// `"42"`. Any other answer, NULL, and none at all fail the check. Without it any answer will do, `false` as well.
  std::optional<std::string> expect = {};
  /// A hot standby fails. With several hosts, it looks for the primary.
  bool expect_primary = false;
};

/// Asks a PostgreSQL server a question: passes if an answer comes before the run's deadline.
///
/// @code
/// #include <vitals/checks/postgres.hpp>   // link vitals::postgres
/// health.add_readiness_check("postgres", vitals::checks::Postgres{"postgresql://app@db/app"});
/// @endcode
///
/// It keeps one connection from run to run, and opens a new one within the same run if that has died. It ends a little
/// before its deadline (a tenth of the time left, 50 ms at most), so that the message can say what it waited for, and
/// at once when a stop is requested, whatever the server sends. Host names are resolved on a thread of its own, of
/// which each check has at most one: with a silent name server the run still ends in time. That thread may outlive the
/// check, and the server, by as long as the name server stays silent: don't unload the library (dlclose) meanwhile.
/// (Kerberos and LDAP, if libpq is set up for them, may block for longer.)
///
/// Of several hosts the first that answers is taken, as libpq does. One that stays silent has its share of the time
/// that is left, or `connect_timeout` if that is shorter; then it is the next one's turn. Names are resolved one after
/// the other, in their order: a name for which the name server stays silent delays those behind it until the C library
/// gives it up (often after 5 to 30 s), and the runs until then may fail. The next run uses what was found, and from
/// then on that name is resolved last.
///
/// Messages never hold a password, wherever that comes from (the connection string, PGPASSWORD, a service file or a
/// password file): a message that would contain one is replaced entirely.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe; runs at the same time use a connection each.
/// @par Lifetime       Copies share the kept connection, which is closed with the last of them. A child of fork() makes
///                     its own check.
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
  /// @throws std::invalid_argument  if `conninfo` is malformed, without repeating it (an unknown key is named unless
  ///                                it may be a part of a password), or if the query is blank.
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
