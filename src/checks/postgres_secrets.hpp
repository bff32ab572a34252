#pragma once

#include <string>
#include <string_view>
#include <vector>

using PGconn = struct pg_conn;

namespace vitals::inline v1 {
namespace detail {

/// The texts of a connection string that no message may hold: its passwords, as written and decoded, and itself.
[[nodiscard]] std::vector<std::string> secrets_of(const std::string& conninfo);

/// True if the text holds one of `secrets` or a password that libpq has found elsewhere.
[[nodiscard]] bool holds_secret(const PGconn* connection, const std::vector<std::string>& secrets,
                                std::string_view text);

/// One line of libpq's or the server's text, or a remark that it is withheld because it holds a secret.
[[nodiscard]] std::string safe_message(const PGconn* connection, const std::vector<std::string>& secrets,
                                       std::string_view text);

}  // namespace detail
}  // namespace vitals::inline v1
