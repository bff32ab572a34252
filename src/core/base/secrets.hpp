#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vitals::inline v1 {
namespace detail {

/// Stands for a secret that was removed.
inline constexpr std::string_view hidden = "***";

/// Text from outside as it is kept: safe_text(), without secrets, and then cut to `max_bytes`.
[[nodiscard]] std::string clean_text(std::string_view text, std::size_t max_bytes);

/// Replaces what looks like a secret by `***`. The text must be safe_text(). Linear time.
///
/// - URLs: the password in `scheme://user:password@host`. In `http` and `https` the user as well, which often is a
///   token. A URL that is cut off before its `@` loses what follows `user:`, unless that is a port.
/// - Values: what follows a name that ends in `password`, `passwd`, `passphrase`, `pwd`, `token`, `secret`, `api_key`,
///   `secret_key`, `access_key` or `authorization` and `=` or `:`. In any case, with or without `_` or `-`, with spaces,
///   quotes or brackets: `PGPASSWORD=x`, `password = 'a b'`, `?access_token=x&`, `"apiKey":"x"`. After a mere `token:`
///   or `secret:` only a word that doesn't look like prose.
/// - Credentials: what follows `Bearer`; what follows `Basic`, if it is the base64 of something with a colon.
///
/// If it is unclear where a secret ends, more is replaced rather than less.
[[nodiscard]] std::string without_secrets(std::string text);

/// Whether a text is a secret because of the key that it has: what without_secrets() would do to `key: text`.
[[nodiscard]] bool is_secret(std::string_view key, const std::string& text);

}  // namespace detail
}  // namespace vitals::inline v1
