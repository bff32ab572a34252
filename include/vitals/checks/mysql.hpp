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
#include <vitals/text.hpp>

namespace vitals::inline v1 {

namespace checks {

/// What a MySql check asks, and what it expects.
///
/// @code
/// vitals::checks::MySql{"mysql://app@db/app", {.query = "SELECT 1 FROM notes", .expect_primary = true}}
/// @endcode
struct MySqlOptions {
  /// The query of every run, one statement. Any rows will do; an error fails the check. The server is asked to end it
  /// one to two seconds after the run's deadline, so that queries on a stuck table don't pile up; MySQL does so for
  /// SELECT only, and a proxy may refuse.
  std::string query = "SELECT 1";
  /// The expected first column of the first row, as text: `"1"`, `"ON"`. Any other value, NULL, and no row fail the
  /// check. Without it any answer passes, `0` too.
  std::optional<std::string> expect = {};
  /// True: a server that is read-only, as a replica should be, fails.
  bool expect_primary = false;
};

/// Queries a MySQL or MariaDB server: passes if the answer comes before the run's deadline.
///
/// @code
/// #include <vitals/checks/mysql.hpp>   // link vitals::mysql
/// health.add_readiness_check("mysql", vitals::checks::MySql{"mysql://app@db/app"});
/// @endcode
///
/// Each run connects over TCP anew and logs in. It ends shortly before its deadline (a tenth of the remaining time,
/// 50 ms at most), so that the message can say what it waited for, and at once at a stop request. Names are resolved as
/// for Tcp. Of several addresses the first one that answers is used; a silent one gets its share of the remaining time.
///
/// No message contains the password: one that would is replaced entirely. There is no TLS. The password is never sent
/// in clear text, whatever the server asks for; `caching_sha2_password` may send it encrypted with a key that the
/// server chooses. No option file and no environment variable is read, and no local file is sent.
///
/// If the program uses libmariadb itself, it must not call mysql_library_end() while a run may be going on. If it has
/// closed its standard streams, libmariadb's socket may get their numbers: open them on /dev/null instead.
///
/// Runs that time out while they log in count for the server's `max_connect_errors`; one that logs in resets the count.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT MySql {
 public:
  /// Not a liveness check: the database's outage would restart every replica.
  using remote_check = void;

  /// @param url  mysql://user[:password]@host[:port]/[database]; the port is 3306 by default. In user, password and
  ///             database '@', ':', '/', '?' and '%' must be percent-encoded
  ///             (https://dev.mysql.com/doc/refman/8.4/en/connecting-using-uri-or-key-value-pairs.html).
  /// @throws std::invalid_argument  naming the part of the URL that is wrong, or if the query is blank. The message
  ///                                doesn't repeat the URL.
  explicit MySql(Text url, MySqlOptions options = {});

  CheckResult operator()(const CheckContext& context) const;

 private:
  class State;

  std::shared_ptr<State> state_;
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
