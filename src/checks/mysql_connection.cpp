#include "checks/mysql_connection.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <mutex>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <errmsg.h>
#include <mysqld_error.h>

#include "checks/connect.hpp"
#include "checks/single_line.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// Those that don't send the password in clear text, and don't ask anybody else.
constexpr const char* allowed_plugins = "mysql_native_password,caching_sha2_password,client_ed25519,parsec";

MYSQL* make_library() {
  static std::once_flag begun;  // older versions of mysql_init() begin the library without a lock
  std::call_once(begun, [] { mysql_server_init(0, nullptr, nullptr); });
  MYSQL* const library = mysql_init(nullptr);
  if (library == nullptr) throw std::bad_alloc{};
  const std::size_t stack = std::size_t{256} * 1024;  // the default of 60 KiB is little for loading a plugin
  if (mysql_options(library, MYSQL_OPT_NONBLOCK, &stack) == 0) return library;
  mysql_close(library);
  throw std::bad_alloc{};
}

bool is_about_authentication(unsigned error) {
  // Those of MySQL alone have other meanings, or none, in MariaDB's header.
  constexpr unsigned account_is_locked = 3118;
  constexpr unsigned insecure_transport = 3159;
  constexpr std::array errors{unsigned{ER_ACCESS_DENIED_ERROR},
                              unsigned{ER_DBACCESS_DENIED_ERROR},
                              unsigned{ER_ACCESS_DENIED_NO_PASSWORD_ERROR},
                              unsigned{ER_NOT_SUPPORTED_AUTH_MODE},
                              unsigned{ER_PLUGIN_IS_NOT_LOADED},
                              unsigned{ER_MUST_CHANGE_PASSWORD},
                              unsigned{ER_MUST_CHANGE_PASSWORD_LOGIN},
                              unsigned{ER_ACCOUNT_HAS_BEEN_LOCKED},
                              unsigned{CR_AUTH_PLUGIN_CANNOT_LOAD},
                              unsigned{CR_AUTH_PLUGIN_ERR},
                              account_is_locked,
                              insecure_transport};
  return std::find(errors.begin(), errors.end(), error) != errors.end();
}

}  // namespace

MySqlConnection::MySqlConnection(std::string address, std::uint16_t port, const RunLimit& limit)
    : address_{std::move(address)},
      port_{port},
      limit_{limit},
      relay_{HostAndPort{address_, port}.text(), limit},
      library_{make_library()} {
  MYSQL* const library = library_.get();
  const unsigned tcp = MYSQL_PROTOCOL_TCP;
  const unsigned none = 0;
  const my_bool no = 0;
  const std::size_t most = mysql_most_bytes;
  mysql_options(library, MYSQL_OPT_PROTOCOL, &tcp);
  mysql_options(library, MYSQL_OPT_LOCAL_INFILE, &none);
  mysql_options(library, MYSQL_OPT_SSL_ENFORCE, &no);
  mysql_options(library, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &no);
  mysql_options(library, MYSQL_OPT_MAX_ALLOWED_PACKET, &most);
  mysql_options(library, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  // A program may run with an older libmariadb than it was built with.
  if (mysql_options(library, MARIADB_OPT_RESTRICTED_AUTH, allowed_plugins) != 0)
    throw std::runtime_error{"libmariadb must be at least version 3.3"};
}

MySqlConnection::~MySqlConnection() = default;

void MySqlConnection::Close::operator()(MYSQL* library) const noexcept {
  int waits_for = mysql_close_start(library);
  while (waits_for != 0) waits_for = mysql_close_cont(library, MYSQL_WAIT_TIMEOUT);
}

MySqlOutcome MySqlConnection::log_in(const MySqlLogin& login, RunLimit::Time until) {
  MYSQL* const library = library_.get();
  const auto text = [](const std::string& value) { return value.empty() ? nullptr : value.c_str(); };
  relay_.begin("login", until);
  MYSQL* connected = nullptr;
  const int waits_for = mysql_real_connect_start(&connected, library, address_.c_str(), login.user.c_str(),
                                                 login.password.c_str(),  // null would be MYSQL_PWD's value
                                                 text(login.database), port_, nullptr, 0);
  if (auto problem =
          finish(waits_for, [&](int events) { return mysql_real_connect_cont(&connected, library, events); });
      !problem.empty())
    return failed(std::move(problem));
  if (connected != nullptr) return {};
  const unsigned error = mysql_errno(library);
  if (error == CR_PLUGIN_NOT_ALLOWED)  // libmariadb names the wrong one
    return failed("authentication failed: the server asks for a plugin that isn't allowed", true);
  if (is_about_authentication(error)) return failed("authentication failed: " + words(), true);
  return failure();
}

MySqlOutcome MySqlConnection::ask(const std::string& query) {
  MYSQL* const library = library_.get();
  relay_.begin("query", limit_.end());
  int error = 0;
  const int waits_for = mysql_real_query_start(&error, library, query.data(), query.size());
  if (auto problem = finish(waits_for, [&](int events) { return mysql_real_query_cont(&error, library, events); });
      !problem.empty())
    return failed(std::move(problem));
  if (error != 0) return failure();
  if (mysql_field_count(library) == 0) return {};
  const auto end = [this](MYSQL_RES* rows) { free(rows); };
  const std::unique_ptr<MYSQL_RES, decltype(end)> rows{mysql_use_result(library), end};
  if (rows == nullptr) return failure();
  FirstValue value;
  if (auto problem = read_rows(rows.get(), value); !problem.empty()) return failed(std::move(problem));
  if (mysql_errno(library) != 0) return failure();
  return {.value = std::move(value)};
}

MySqlOutcome MySqlConnection::limit_queries() {
  // Later than the run's own limit, so that the two don't race.
  const auto bound = limit_.left() + std::chrono::seconds{1};
  const auto seconds = std::to_string(std::chrono::ceil<std::chrono::seconds>(bound).count());
  const bool is_mariadb = mariadb_connection(library_.get()) != 0;
  const auto for_locks = "SET SESSION lock_wait_timeout = " + seconds;
  auto outcome = ask(for_locks + (is_mariadb ? ", max_statement_time = " + seconds
                                             : ", max_execution_time = " + std::to_string(bound.count())));
  if (outcome.is_refusal) outcome = ask(for_locks);  // a proxy, or an old server
  if (outcome.is_refusal) return {};
  return outcome;
}

/// An exception must not leave an operation unfinished.
std::string MySqlConnection::serve(int waits_for) noexcept {
  std::string problem;
  try {
    problem = relay_.serve(mysql_get_socket(library_.get()), waits_for);
  } catch (const std::system_error&) {
    problem = "can't wait";  // short enough not to allocate
  } catch (const std::exception&) {
    problem = "out of memory";
  }
  if (!problem.empty()) relay_.reset();
  return problem;
}

template <class GoOn>
std::string MySqlConnection::finish(int waits_for, GoOn go_on) {
  std::string problem;
  while (waits_for != 0) {
    if (problem.empty()) problem = serve(waits_for);
    // A timeout makes libmariadb give the operation up, and free what it has.
    waits_for = go_on(problem.empty() ? waits_for & ~MYSQL_WAIT_TIMEOUT : MYSQL_WAIT_TIMEOUT);
  }
  return problem;
}

std::string MySqlConnection::read_rows(MYSQL_RES* rows, FirstValue& value) {
  for (;;) {
    relay_.allow_more();
    MYSQL_ROW row = nullptr;
    const int waits_for = mysql_fetch_row_start(&row, rows);
    if (auto problem = finish(waits_for, [&](int events) { return mysql_fetch_row_cont(&row, rows, events); });
        !problem.empty())
      return problem;
    if (row == nullptr) return {};
    if (limit_.is_over()) return relay_.late();
    if (value.has_row) continue;
    value.has_row = true;
    if (row[0] != nullptr) value.text.emplace(row[0], mysql_fetch_lengths(rows)[0]);
  }
}

/// libmariadb would read all rows that are left.
void MySqlConnection::free(MYSQL_RES* rows) noexcept {
  int waits_for = mysql_free_result_start(rows);
  while (waits_for != 0) {
    relay_.reset();
    waits_for = mysql_free_result_cont(rows, MYSQL_WAIT_TIMEOUT);
  }
}

MySqlOutcome MySqlConnection::failed(std::string problem, bool is_refusal) const {
  return {
      .problem = std::move(problem), .is_refusal = is_refusal, .heard = mysql_error(library_.get()) + relay_.last()};
}

std::string MySqlConnection::words() const {
  auto words = single_line(mysql_error(library_.get()));
  // "(using password: YES)" looks like a password, which would be replaced.
  if (const auto at = words.rfind("using password:"); at != words.npos) words.replace(at, 15, "password given:");
  return words;
}

MySqlOutcome MySqlConnection::failure() const {
  const unsigned error = mysql_errno(library_.get());
  if (error == CR_SERVER_LOST || error == CR_SERVER_GONE_ERROR) return failed(relay_.unexpected({}));
  if (error == CR_SOCKET_CREATE_ERROR || error == CR_CONNECTION_ERROR || error == CR_CONN_HOST_ERROR ||
      error == CR_IPSOCK_ERROR)
    return failed("no connection to " + HostAndPort{address_, port_}.text() + ": " + words());
  const bool is_of_libmariadb = (error >= CR_MIN_ERROR && error <= CR_MAX_ERROR) || error >= CER_MIN_ERROR;
  if (is_of_libmariadb) return failed(relay_.unexpected(words()));
  return failed("the server says: " + words(), true);
}

}  // namespace detail
}  // namespace vitals::inline v1
