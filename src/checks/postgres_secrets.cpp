#include "checks/postgres_secrets.hpp"

#include <algorithm>

#include <libpq-fe.h>

#include "checks/postgres_options.hpp"
#include "checks/single_line.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

ConninfoOptions parse(const std::string& conninfo) {
  char* error = nullptr;
  ConninfoOptions options{PQconninfoParse(conninfo.c_str(), &error)};
  PQfreemem(error);
  return options;
}

void add(std::vector<std::string>& secrets, std::string_view secret) {
  if (!secret.empty()) secrets.emplace_back(secret);
}

/// Adds the passwords of a URI as written, not decoded.
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

std::vector<std::string> secrets_of(const std::string& conninfo) {
  std::vector<std::string> secrets;
  add(secrets, conninfo);
  add_encoded(secrets, after_scheme(conninfo));
  const ConninfoOptions options = parse(conninfo);
  for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr; ++option)
    if (is_secret(*option) && option->val != nullptr) add(secrets, option->val);
  return secrets;
}

bool holds_secret(const PGconn* connection, const std::vector<std::string>& secrets, std::string_view text) {
  const auto is_in_text = [text](std::string_view secret) {
    return !secret.empty() && text.find(secret) != std::string_view::npos;
  };
  if (std::any_of(secrets.begin(), secrets.end(), is_in_text)) return true;
  // The environment, a service file and a password file may also have passwords, and may change between connections.
  const ConninfoOptions options{PQconninfo(const_cast<PGconn*>(connection))};
  for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr; ++option)
    if (is_secret(*option) && option->val != nullptr && is_in_text(option->val)) return true;
  const char* const password = PQpass(connection);
  return password != nullptr && is_in_text(password);
}

std::string safe_message(const PGconn* connection, const std::vector<std::string>& secrets, std::string_view text) {
  std::string line = single_line(text);
  // A password may contain white space, so it may be found in only one of the two.
  const bool withheld = holds_secret(connection, secrets, text) || holds_secret(connection, secrets, line);
  // Replacing only the password would reveal it, because the texts are well known.
  return withheld ? "failed (reason withheld: its text and the password overlap)" : line;
}

}  // namespace detail
}  // namespace vitals::inline v1
