#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include "checks/run_limit.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What became of an attempt to connect or to ask.
struct PostgresOutcome {
  enum class Kind {
    good,
    refused,  ///< The server said no; the connection is still of use.
    lost,     ///< There is no connection (any more).
    late,     ///< The limit is over; what is still to come on this connection must never be taken for a later answer.
  };
  Kind kind = Kind::lost;
  std::string message = {};
};

/// One connection to a server, driven without ever blocking for longer than the limit of the run, except by the
/// resolution of host names in the constructor.
class PostgresConnection {
 public:
  PostgresConnection(const std::string& conninfo, const std::vector<std::string>& secrets);

  [[nodiscard]] PostgresOutcome connect(const RunLimit& limit);
  [[nodiscard]] PostgresOutcome ask(const std::string& query, const RunLimit& limit);
  /// True if a later run may use it: it is there, and the query has left no transaction open.
  [[nodiscard]] bool reusable() const;

 private:
  struct Finish {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
    void operator()(PGresult* result) const noexcept { PQclear(result); }
  };
  using Result = std::unique_ptr<PGresult, Finish>;
  enum class Progress { done, lost, late };

  Progress await(short events, const RunLimit& limit);
  Progress send(const std::string& query, const RunLimit& limit);
  Progress receive(const RunLimit& limit);
  PostgresOutcome judge(const PGresult* result) const;
  PostgresOutcome lost() const;
  std::string safe(const char* text) const;

  const std::vector<std::string>& secrets_;
  std::unique_ptr<PGconn, Finish> connection_;
};

}  // namespace detail
}  // namespace vitals::inline v1
