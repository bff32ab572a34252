#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checks/host_resolver.hpp"
#include "checks/postgres_connection.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Connects to the first acceptable server, as libpq would, but within the limit of a run: names are resolved outside
/// libpq, and a silent host gets only its share of the time.
class PostgresConnector {
 public:
  PostgresConnector(std::string conninfo, bool primary);

  struct Result {
    PostgresOutcome outcome = {};
    std::unique_ptr<PostgresConnection> connection = nullptr;  ///< If the outcome is good.
  };
  [[nodiscard]] Result connect(const RunLimit& limit);

 private:
  class Attempt;

  /// Replaces names by their addresses. Hosts that can't be used are described in `problems`.
  std::vector<PostgresHost> resolve(const std::vector<PostgresHost>& hosts, const RunLimit& limit,
                                    std::string& problems);
  /// Those of the connection string, and those of other sources, which may change between runs.
  std::vector<std::string> secrets_with(const PostgresOptionValues& values) const;

  const std::string conninfo_;
  const bool primary_;
  const std::vector<std::string> secrets_;
  HostResolver resolver_;
};

}  // namespace detail
}  // namespace vitals::inline v1
