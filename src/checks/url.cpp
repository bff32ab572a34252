#include "checks/url.hpp"

#include <algorithm>
#include <stdexcept>

namespace vitals::inline v1 {
namespace detail {
namespace {

[[noreturn]] void refuse(const std::string& check, const std::string& rule) {
  throw std::invalid_argument{"vitals: " + check + ": " + rule};
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Schemes are compared without case.
bool has_scheme(std::string_view url, const std::string& scheme) {
  const auto prefix = scheme + "://";
  return url.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), url.begin(), [](char wanted, char c) { return wanted == lower(c); });
}

/// Names and addresses; nothing percent-encoded, no zone of an address.
bool is_host_and_port(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') ||
           std::string_view{"0123456789-._[]:"}.find(c) != std::string_view::npos;
  });
}

}  // namespace

std::string decoded(const std::string& check, std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = text.size() - i < 3 ? -1 : hex_digit(text[i + 1]);
    const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
    if (low < 0) refuse(check, "a '%' in the URL must be followed by two hexadecimal digits");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (out.find('\0') != out.npos) refuse(check, "the URL must not contain %00");
  return out;
}

Url parse_url(const std::string& check, std::string_view scheme, std::uint16_t default_port, std::string_view url) {
  const std::string plain{scheme};
  if (has_scheme(url, plain + 's')) refuse(check, "the URL asks for TLS, which this check doesn't have");
  if (!has_scheme(url, plain)) refuse(check, "the URL must begin with " + plain + "://");
  if (!std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c <= '~' && c != '#'; }))
    refuse(check, "the URL must be printable ASCII without spaces and '#': percent-encode the others");
  url.remove_prefix(plain.size() + 3);
  const auto end_of_authority = std::min(url.find_first_of("/?"), url.size());
  Url parsed{.target = std::string{url.substr(end_of_authority)}};
  auto server = url.substr(0, end_of_authority);
  if (const auto at = server.rfind('@'); at != server.npos) {
    const auto credentials = server.substr(0, at);
    if (credentials.empty()) refuse(check, "the URL has nothing before its '@'");
    const auto colon = credentials.find(':');
    parsed.user = decoded(check, credentials.substr(0, colon));
    if (colon != credentials.npos) parsed.password = decoded(check, credentials.substr(colon + 1));
    server.remove_prefix(at + 1);
  }
  if (!is_host_and_port(server)) refuse(check, "the URL's host must be a name or an address");
  if (server.ends_with(':')) server.remove_suffix(1);  // an empty port is the default
  const auto after_brackets = server.substr(server.find(']') == server.npos ? 0 : server.find(']'));
  const bool has_port = after_brackets.find(':') != after_brackets.npos;
  parsed.server =
      parse_target(check, std::string{server} + (has_port ? std::string{} : ':' + std::to_string(default_port)));
  return parsed;
}

}  // namespace detail
}  // namespace vitals::inline v1
