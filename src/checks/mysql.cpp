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
using detail::MySqlOutcome;

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
    const auto outcome = ask(limit);
    if (outcome.problem.empty()) return CheckResult::pass();
    return CheckResult::fail(target_.server.text() + ": " + safe(outcome));
  }

 private:
  /// Replacing only the password would reveal it, because the texts are well known.
  [[nodiscard]] std::string safe(const MySqlOutcome& outcome) const {
    for (const auto& secret : {target_.login.password, target_.written_password})
      for (const auto& text : {outcome.problem, outcome.heard})
        if (!secret.empty() && text.find(secret) != text.npos)
          return "failed (reason withheld: its text and the password overlap)";
    return outcome.problem;
  }

  [[nodiscard]] MySqlOutcome ask(const detail::RunLimit& limit) {
    const auto answer = detail::resolve(target_.server.host, resolver_, limit);
    if (answer.addresses.empty()) return {.problem = answer.error};
    const auto addresses = detail::interleaved(answer.addresses);
    MySqlOutcome failures;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      const auto share = limit.left() / static_cast<std::int64_t>(addresses.size() - i);
      const auto until = i + 1 == addresses.size() ? limit.end() : std::chrono::steady_clock::now() + share;
      MySqlConnection connection{addresses[i], target_.server.port, limit};
      const auto outcome = connection.log_in(target_.login, until);
      if (outcome.problem.empty()) return ask(connection);
      failures.problem += (failures.problem.empty() ? "" : "; ") + outcome.problem;
      failures.heard += outcome.heard;
      if (outcome.is_refusal || limit.is_over()) break;
    }
    return failures;
  }

  [[nodiscard]] MySqlOutcome ask(MySqlConnection& connection) const {
    if (auto outcome = connection.limit_queries(); !outcome.problem.empty()) return outcome;
    if (options_.expect_primary) {
      auto outcome = connection.ask("SELECT @@global.read_only");
      if (!outcome.problem.empty()) return outcome;
      if (outcome.value.text != "0" && outcome.value.text != "OFF")
        return {.problem = "the server is read-only, expected the primary"};
    }
    auto outcome = connection.ask(options_.query);
    if (!outcome.problem.empty()) return outcome;
    return {.problem = detail::broken_expectation(options_.expect, outcome.value).value_or(""),
            .heard = detail::broken_expectation(options_.expect, outcome.value, std::string::npos).value_or("")};
  }

  const Target target_;
  const MySqlOptions options_;
  detail::HostResolver resolver_;
};

MySql::MySql(Text url, MySqlOptions options) : state_{std::make_shared<State>(parse(url), std::move(options))} {}

CheckResult MySql::operator()(const CheckContext& context) const { return state_->run(context); }

}  // namespace checks
}  // namespace vitals::inline v1
