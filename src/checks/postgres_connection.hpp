#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include <libpq-fe.h>

#include "checks/expectation.hpp"
#include "checks/postgres_options.hpp"
#include "checks/run_limit.hpp"
#include "checks/socket_limit.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What became of an attempt to connect or to ask.
struct PostgresOutcome {
  enum class Kind {
    good,
    unexpected,  ///< The answer isn't the expected one; the connection is still of use.
    refused,     ///< The server said no; the connection is still of use.
    lost,        ///< There is no connection (any more).
    late,        ///< The limit is over; what is still to come must never be taken for a later answer.
  };
  Kind kind = Kind::lost;
  std::string message = {};
};

struct PostgresQuestion {
  std::string query;
  std::optional<std::string> expect = {};
};

/// Ends a connection, unless a forked child has it from its parent.
struct FinishPostgres {
  void operator()(PGconn* connection) const noexcept;

  pid_t process = ::getpid();
};

/// One connection to a server, driven without ever blocking for longer than the limit of the run.
class PostgresConnection {
 public:
  /// @param overrides  Options that count instead of those of `conninfo`, so that no name is left to resolve.
  PostgresConnection(const std::string& conninfo, const std::map<std::string, std::string>& overrides,
                     const std::vector<std::string>& secrets);

  /// Goes on connecting, until `until` at the longest.
  ///
  /// @returns Nothing as soon as libpq has given up this host() and tries its next one: to be called again.
  [[nodiscard]] std::optional<PostgresOutcome> connect(const RunLimit& limit, SocketLimit& socket_limit,
                                                       RunLimit::Time until);
  [[nodiscard]] PostgresOutcome ask(const PostgresQuestion& question, const RunLimit& limit);
  /// The host that is being tried, or connected to.
  [[nodiscard]] PostgresHost host() const;
  /// True if a later run may use it: it is there, the query has left no transaction open, and this is no forked child.
  [[nodiscard]] bool reusable() const;

 private:
  enum class Progress { done, lost, late };
  struct Answer {
    PostgresOutcome outcome;
    bool began = false;  ///< At least one statement has succeeded.
    FirstValue value = {};
  };

  Answer exchange(const std::string& query, const RunLimit& limit);
  Progress await(short events, const RunLimit& limit);
  Progress send(const std::string& query, const RunLimit& limit, SocketLimit& socket_limit);
  Progress receive(const RunLimit& limit, SocketLimit& socket_limit);
  void take(const PGresult* result, Answer& answer) const;
  PostgresOutcome lost() const;
  std::string safe(std::string_view text) const;

  const std::vector<std::string>& secrets_;
  std::unique_ptr<PGconn, FinishPostgres> connection_;
  PostgresPollingStatusType wants_ = PGRES_POLLING_WRITING;
  bool takes_limits_ = true;
};

}  // namespace detail
}  // namespace vitals::inline v1
