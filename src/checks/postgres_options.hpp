#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

namespace vitals::inline v1 {
namespace detail {

struct FreeConninfo {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using ConninfoOptions = std::unique_ptr<PQconninfoOption, FreeConninfo>;

/// The part after the scheme; empty if the string isn't a URI.
[[nodiscard]] inline std::string_view after_scheme(std::string_view conninfo) {
  for (const std::string_view scheme : {"postgresql://", "postgres://"})
    if (conninfo.starts_with(scheme)) return conninfo.substr(scheme.size());
  return {};
}

/// libpq marks password options with an asterisk.
[[nodiscard]] inline bool is_secret(const PQconninfoOption& option) {
  return option.dispchar != nullptr && *option.dispchar == '*';
}

/// Checks a connection string without connecting.
///
/// @throws std::invalid_argument  whose message never shows a part of a password, although libpq's own errors do. Of a
///                                malformed string it shows an unknown key at most.
void require_conninfo(const std::string& conninfo);

/// One entry of libpq's lists of hosts.
struct PostgresHost {
  std::string name = {};     ///< Or the folder of a socket. Empty: only the address is known.
  std::string address = {};  ///< Numeric. Empty: a socket, or a name that isn't resolved.
  std::string port = {};

  bool operator==(const PostgresHost&) const = default;
};

/// The options of a connection string, combined with the environment, the service file and libpq's defaults.
class PostgresOptionValues {
 public:
  /// Neither connects nor resolves names.
  explicit PostgresOptionValues(const std::string& conninfo);

  /// Empty if it isn't set.
  [[nodiscard]] const std::string& operator[](const std::string& key) const;
  /// The passwords from all sources.
  [[nodiscard]] const std::vector<std::string>& secrets() const { return secrets_; }
  /// In the order in which to try them. Empty if the lists have different lengths: libpq then has the better message.
  [[nodiscard]] std::vector<PostgresHost> hosts() const;

 private:
  std::map<std::string, std::string> values_;
  std::vector<std::string> secrets_;
};

/// The options `host`, `hostaddr` and `port` that make libpq try exactly these hosts instead of those of `values`.
[[nodiscard]] std::map<std::string, std::string> host_options(std::vector<PostgresHost> hosts,
                                                              const PostgresOptionValues& values);

}  // namespace detail
}  // namespace vitals::inline v1
