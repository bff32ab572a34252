#pragma once

#include <string>
#include <string_view>
#include <vector>

using PGconn = struct pg_conn;

namespace vitals::inline v1 {
namespace detail {

/// Checks a connection string as far as that is possible without connecting.
///
/// @throws std::invalid_argument  whose text holds nothing of the string: libpq's own errors quote it, and in a
///                                malformed one anything may be a part of the password.
void require_conninfo(const std::string& conninfo);

/// The texts of a connection string that no message may hold: its passwords, as written and decoded, and itself.
[[nodiscard]] std::vector<std::string> secrets_of(const std::string& conninfo);

/// One line of libpq's or the server's text, or a remark that it is withheld because it holds one of `secrets` or a
/// password that libpq has found elsewhere.
[[nodiscard]] std::string safe_message(const PGconn* connection, const std::vector<std::string>& secrets,
                                       std::string_view text);

}  // namespace detail
}  // namespace vitals::inline v1
