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

/// What follows the scheme, or nothing if the string isn't a URI.
[[nodiscard]] inline std::string_view after_scheme(std::string_view conninfo) {
  for (const std::string_view scheme : {"postgresql://", "postgres://"})
    if (conninfo.starts_with(scheme)) return conninfo.substr(scheme.size());
  return {};
}

/// libpq marks the options that a form should not show with an asterisk.
[[nodiscard]] inline bool is_secret(const PQconninfoOption& option) {
  return option.dispchar != nullptr && *option.dispchar == '*';
}

/// Checks a connection string as far as that is possible without connecting.
///
/// @throws std::invalid_argument  whose text holds nothing of the string that may be a part of a password (libpq's own
///                                errors quote it): of a malformed one an unknown key at most.
void require_conninfo(const std::string& conninfo);

/// One place where the server may be, as libpq's lists have them.
struct PostgresHost {
  std::string name = {};     ///< Also the folder of a socket. Empty: only the address is known.
  std::string address = {};  ///< Numeric. Empty: a socket, or a name that isn't resolved.
  std::string port = {};

  bool operator==(const PostgresHost&) const = default;
};

/// What a connection string means together with the environment, the service file and libpq's defaults.
class PostgresOptionValues {
 public:
  /// Connects to nothing and resolves nothing.
  explicit PostgresOptionValues(const std::string& conninfo);

  /// Empty if it isn't set.
  [[nodiscard]] const std::string& operator[](const std::string& key) const;
  /// Its passwords, wherever they come from.
  [[nodiscard]] const std::vector<std::string>& secrets() const { return secrets_; }
  /// Where to connect, in order; empty if the lists don't fit together, which libpq says best.
  [[nodiscard]] std::vector<PostgresHost> hosts() const;

 private:
  std::map<std::string, std::string> values_;
  std::vector<std::string> secrets_;
};

/// The options `host`, `hostaddr` and `port` that make libpq try exactly these, instead of what `values` has.
[[nodiscard]] std::map<std::string, std::string> host_options(std::vector<PostgresHost> hosts,
                                                              const PostgresOptionValues& values);

}  // namespace detail
}  // namespace vitals::inline v1
