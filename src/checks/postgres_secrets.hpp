#pragma once

#include <string>
#include <string_view>
#include <vector>

using PGconn = struct pg_conn;

namespace vitals::inline v1 {
namespace detail {

/// The texts that no message may contain: the connection string, and its passwords as written and decoded.
[[nodiscard]] std::vector<std::string> secrets_of(const std::string& conninfo);

/// True if the text contains one of `secrets` or a password that libpq has found elsewhere.
[[nodiscard]] bool holds_secret(const PGconn* connection, const std::vector<std::string>& secrets,
                                std::string_view text);

/// The text as one line, or a note that it is withheld because it contains a secret.
[[nodiscard]] std::string safe_message(const PGconn* connection, const std::vector<std::string>& secrets,
                                       std::string_view text);

}  // namespace detail
}  // namespace vitals::inline v1
