#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vitals/checks/mysql.hpp>

#include "checks/connect.hpp"
#include "checks/expectation.hpp"
#include "checks/mysql_connection.hpp"
#include "checks/run_limit.hpp"
#include "checks/single_line.hpp"
#include "checks/url.hpp"

namespace vitals::inline v1 {
namespace checks {
namespace {

using detail::MySqlConnection;

[[noreturn]] void refuse(const char* rule) { throw std::invalid_argument{std::string{"vitals: MySql: "} + rule}; }

struct Target {
  detail::HostAndPort server;
  detail::MySqlLogin login;
  std::string written_password;  ///< As it stands in the URL.
};

Target parse(std::string_view url) {
  auto parsed = detail::parse_url("MySql", "mysql", 3306, url);
  if (parsed.user.empty()) refuse("the URL has no user: mysql://user@host");
  std::string_view database{parsed.target};
  if (!database.empty()) {
    if (database.front() != '/' || database.find_first_of("/?@:", 1) != database.npos)
      refuse("after the port the URL may only have the name of a database");
    database.remove_prefix(1);
  }
  Target target{.server = std::move(parsed.server),
                .login = {.user = std::move(parsed.user),
                          .password = parsed.password.value_or(""),
                          .database = detail::decoded("MySql", database)},
                .written_password = {}};
  if (parsed.password) {
    const auto colon = url.find(':', url.find("://") + 1);
    target.written_password = url.substr(colon + 1, url.rfind('@') - colon - 1);
  }
  return target;
}

}  // namespace

class MySql::State {
 public:
  State(Target target, MySqlOptions options) : target_{std::move(target)}, options_{std::move(options)} {
    if (detail::single_line(options_.query).empty() || options_.query.find('\0') != std::string::npos)
      refuse("the query must be neither blank nor hold a NUL");
  }

  CheckResult run(const CheckContext& context) {
    const detail::RunLimit limit{context};
    const auto problem = problem_of(limit);
    return problem.empty() ? CheckResult::pass() : CheckResult::fail(target_.server.text() + ": " + safe(problem));
  }

 private:
  /// Replacing only the password would reveal it, because the texts are well known.
  [[nodiscard]] std::string safe(const std::string& problem) const {
    for (const auto& secret : {target_.login.password, target_.written_password})
      if (!secret.empty() && problem.find(secret) != problem.npos)
        return "failed (reason withheld: its text and the password overlap)";
    return problem;
  }

  [[nodiscard]] std::string problem_of(const detail::RunLimit& limit) {
    const auto answer = detail::resolve(target_.server.host, resolver_, limit);
    if (answer.addresses.empty()) return answer.error;
    const auto addresses = detail::interleaved(answer.addresses);
    std::string failures;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      const auto share = limit.left() / static_cast<std::int64_t>(addresses.size() - i);
      const auto until = i + 1 == addresses.size() ? limit.end() : std::chrono::steady_clock::now() + share;
      MySqlConnection connection{addresses[i], target_.server.port, limit};
      auto outcome = connection.log_in(target_.login, until);
      if (outcome.problem.empty()) return problem_of(connection);
      failures += (failures.empty() ? "" : "; ") + outcome.problem;
      if (outcome.is_refusal || limit.is_over()) break;
    }
    return failures;
  }

  [[nodiscard]] std::string problem_of(MySqlConnection& connection) const {
    if (auto outcome = connection.limit_queries(); !outcome.problem.empty()) return outcome.problem;
    if (options_.expect_primary) {
      auto outcome = connection.ask("SELECT @@global.read_only");
      if (!outcome.problem.empty()) return outcome.problem;
      if (outcome.value.text != "0" && outcome.value.text != "OFF")
        return "the server is read-only, expected the primary";
    }
    auto outcome = connection.ask(options_.query);
    if (!outcome.problem.empty()) return outcome.problem;
    const auto reason = detail::broken_expectation(options_.expect, outcome.value);
    if (!reason) return {};
    // A cut text may end with the beginning of the password, which no search would find: so the whole text is searched.
    auto whole = *detail::broken_expectation(options_.expect, outcome.value, std::string::npos);
    return safe(whole) == whole ? *reason : whole;
  }

  const Target target_;
  const MySqlOptions options_;
  detail::HostResolver resolver_;
};

MySql::MySql(Text url, MySqlOptions options) : state_{std::make_shared<State>(parse(url), std::move(options))} {}

CheckResult MySql::operator()(const CheckContext& context) const { return state_->run(context); }

}  // namespace checks
}  // namespace vitals::inline v1
