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

/// The outcome of an attempt to connect or to ask.
struct PostgresOutcome {
  enum class Kind {
    good,
    unexpected,  ///< The answer isn't the expected one. The connection can be used again.
    refused,     ///< The server reported an error. The connection can be used again.
    lost,        ///< There is no connection (any more).
    late,        ///< The limit is over. Don't reuse the connection: the late answer could be taken for a later one.
  };
  Kind kind = Kind::lost;
  std::string message = {};
};

struct PostgresQuestion {
  std::string query;
  std::optional<std::string> expect = {};
};

/// Ends a connection, except in a forked child that has it from its parent.
struct FinishPostgres {
  void operator()(PGconn* connection) const noexcept;

  pid_t process = ::getpid();
};

/// One connection to a server. It never blocks for longer than the limit of the run.
class PostgresConnection {
 public:
  /// @param overrides  Options that replace those of `conninfo`, so that libpq has no name to resolve.
  PostgresConnection(const std::string& conninfo, const std::map<std::string, std::string>& overrides,
                     const std::vector<std::string>& secrets);

  /// Goes on connecting, at most until `until`.
  ///
  /// @returns Nothing as soon as libpq gives up this host() and tries the next one: then call it again.
  [[nodiscard]] std::optional<PostgresOutcome> connect(const RunLimit& limit, SocketLimit& socket_limit,
                                                       RunLimit::Time until);
  [[nodiscard]] PostgresOutcome ask(const PostgresQuestion& question, const RunLimit& limit);
  /// The host that libpq is trying, or is connected to.
  [[nodiscard]] PostgresHost host() const;
  /// True if a later run may use it: it is open, has no open transaction, and this is no forked child.
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
  PostgresPollingStatusType polling_ = PGRES_POLLING_WRITING;
  bool takes_limits_ = true;
};

}  // namespace detail
}  // namespace vitals::inline v1
