#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <mysql.h>

#include "checks/expectation.hpp"
#include "checks/mysql_relay.hpp"
#include "checks/run_limit.hpp"

namespace vitals::inline v1 {
namespace detail {

/// How many bytes the server may send for a login, the beginning of an answer, or a row.
inline constexpr std::size_t mysql_most_bytes = std::size_t{1} << 20U;

/// Who logs in.
struct MySqlLogin {
  std::string user;
  std::string password;  ///< Empty: none.
  std::string database;  ///< Empty: none.
};

struct MySqlOutcome {
  std::string problem = {};  ///< Empty if there is none.
  bool is_refusal = false;   ///< The problem is in the words of the server.
  std::string heard = {};    ///< What the problem may quote, uncut: it may have a password.
  FirstValue value = {};
};

/// One connection to a server. It never blocks for longer than the limit of the run.
class MySqlConnection {
 public:
  /// @param address  Numeric, so that libmariadb has no name to resolve.
  MySqlConnection(std::string address, std::uint16_t port, const RunLimit& limit);
  MySqlConnection(const MySqlConnection&) = delete;
  MySqlConnection& operator=(const MySqlConnection&) = delete;
  ~MySqlConnection();

  [[nodiscard]] MySqlOutcome log_in(const MySqlLogin& login, RunLimit::Time until);
  [[nodiscard]] MySqlOutcome ask(const std::string& query);
  /// Has the server end a query that lasts longer than the run: it doesn't notice that its client has gone.
  /// A server that refuses that is asked all the same.
  [[nodiscard]] MySqlOutcome limit_queries();

 private:
  struct Close {
    void operator()(MYSQL* library) const noexcept;
  };

  /// Serves an operation until it is over.
  ///
  /// @param waits_for  What the operation waits for.
  /// @param go_on      Continues it: go_on(events) returns what it waits for then; 0: it is over.
  template <class GoOn>
  [[nodiscard]] std::string finish(int waits_for, GoOn go_on);
  [[nodiscard]] std::string serve(int waits_for) noexcept;
  [[nodiscard]] std::string read_rows(MYSQL_RES* rows, FirstValue& value);
  void free(MYSQL_RES* rows) noexcept;
  [[nodiscard]] MySqlOutcome failed(std::string problem, bool is_refusal = false) const;
  /// What libmariadb says.
  [[nodiscard]] std::string words() const;
  /// What is wrong after an operation has failed.
  [[nodiscard]] MySqlOutcome failure() const;

  const std::string address_;
  const std::uint16_t port_;
  const RunLimit& limit_;
  MySqlRelay relay_;
  std::unique_ptr<MYSQL, Close> library_;  // after the relay, which sends its farewell
};

}  // namespace detail
}  // namespace vitals::inline v1
