#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "checks/connect.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The parts of "scheme://[[user][:password]@]host[:port][/path][?query]".
struct Url {
  std::string user = {};  ///< Decoded.
  std::optional<std::string> password = {};
  HostAndPort server = {};
  std::string target = {};  ///< From the '/' or '?' on, as it was written.
};

/// Of ASCII.
constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Replaces "%41" by "A".
/// @throws std::invalid_argument  as parse_url() does.
[[nodiscard]] std::string decoded(const std::string& check, std::string_view text);

/// @param scheme  "redis".
/// @throws std::invalid_argument  naming `check` and the rule, but nothing of the URL: any part may be a password.
[[nodiscard]] Url parse_url(const std::string& check, std::string_view scheme, std::uint16_t default_port,
                            std::string_view url);

}  // namespace detail
}  // namespace vitals::inline v1
