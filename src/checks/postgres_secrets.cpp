#include "checks/postgres_secrets.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <libpq-fe.h>

#include "checks/single_line.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using OptionList = std::unique_ptr<PQconninfoOption, FreeOptions>;

[[noreturn]] void refuse(const char* rule) {
  throw std::invalid_argument{std::string{"vitals::checks::Postgres: "} + rule};
}

OptionList parse(const std::string& conninfo) {
  char* error = nullptr;
  OptionList options{PQconninfoParse(conninfo.c_str(), &error)};
  PQfreemem(error);
  return options;
}

/// libpq marks the options that a form should not show with an asterisk.
bool is_secret(const PQconninfoOption& option) { return option.dispchar != nullptr && *option.dispchar == '*'; }

/// What follows the scheme, or nothing if the string isn't a URI.
std::string_view after_scheme(std::string_view conninfo) {
  for (const std::string_view scheme : {"postgresql://", "postgres://"})
    if (conninfo.substr(0, scheme.size()) == scheme) return conninfo.substr(scheme.size());
  return {};
}

/// libpq ends the credentials at the first '@' and looks no further than the first '/': of a password that holds one
/// of them unencoded it takes a part for the host, and would name it in its messages.
bool has_ambiguous_credentials(std::string_view uri) {
  const auto end = std::min(uri.find_first_of("@/"), uri.size());
  const std::string_view rest = end < uri.size() && uri[end] == '@' ? uri.substr(end + 1) : uri;
  return rest.substr(0, rest.find('?')).find('@') != std::string_view::npos;
}

bool is_port_list(std::string_view ports) { return ports.find_first_not_of("0123456789, ") == std::string_view::npos; }

void add(std::vector<std::string>& secrets, std::string_view secret) {
  if (!secret.empty()) secrets.emplace_back(secret);
}

/// Everything that is a password in a URI, before it is decoded.
void add_encoded(std::vector<std::string>& secrets, std::string_view uri) {
  const std::string_view credentials = uri.substr(0, uri.find('@'));
  if (const auto colon = credentials.find(':'); credentials.size() < uri.size() && colon != std::string_view::npos)
    add(secrets, credentials.substr(colon + 1));
  constexpr std::string_view key = "password=";  // also the end of sslpassword=
  for (auto at = uri.find(key); at != std::string_view::npos; at = uri.find(key, at + key.size())) {
    const std::string_view value = uri.substr(at + key.size());
    add(secrets, value.substr(0, value.find('&')));
  }
}

}  // namespace

void require_conninfo(const std::string& conninfo) {
  if (conninfo.find('\0') != std::string::npos) refuse("the connection string holds a NUL");
  if (has_ambiguous_credentials(after_scheme(conninfo)))
    refuse("'@' and '/' in the user name or password must be written %40 and %2F");
  const OptionList options = parse(conninfo);
  if (options == nullptr) refuse("the connection string is malformed (not shown: it may hold a password)");
  for (const auto* option = options.get(); option->keyword != nullptr; ++option)
    if (std::string_view{option->keyword} == "port" && option->val != nullptr && !is_port_list(option->val))
      refuse("the port isn't a number");
}

std::vector<std::string> secrets_of(const std::string& conninfo) {
  std::vector<std::string> secrets;
  add(secrets, conninfo);
  add_encoded(secrets, after_scheme(conninfo));
  const OptionList options = parse(conninfo);
  for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr; ++option)
    if (is_secret(*option) && option->val != nullptr) add(secrets, option->val);
  return secrets;
}

std::string safe_message(const PGconn* connection, const std::vector<std::string>& secrets, std::string_view text) {
  const auto is_told = [text](std::string_view secret) {
    return !secret.empty() && text.find(secret) != std::string_view::npos;
  };
  bool withheld = std::any_of(secrets.begin(), secrets.end(), is_told);
  // The environment, a service file and a password file are sources too, and may change from connection to connection.
  const OptionList options{PQconninfo(const_cast<PGconn*>(connection))};
  for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr; ++option)
    withheld = withheld || (is_secret(*option) && option->val != nullptr && is_told(option->val));
  if (const char* password = PQpass(connection)) withheld = withheld || is_told(password);
  // Replacing only the password would tell what it is: the texts are well known.
  return withheld ? "failed (reason withheld: its text and the password overlap)" : single_line(text);
}

}  // namespace detail
}  // namespace vitals::inline v1
