#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>
#include <utility>

#include "checks/postgres_options.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

[[noreturn]] void refuse(const std::string& rule) { throw std::invalid_argument{"vitals::checks::Postgres: " + rule}; }

/// libpq ends the credentials at the first '@', and searches for it only up to the first '/'. If a password contains
/// one of them unencoded, libpq takes a part of it for the host, and would show that in its messages.
bool has_ambiguous_credentials(std::string_view uri) {
  const auto end = std::min(uri.find_first_of("@/"), uri.size());
  const std::string_view rest = end < uri.size() && uri[end] == '@' ? uri.substr(end + 1) : uri;
  return rest.substr(0, rest.find('?')).find('@') != std::string_view::npos;
}

bool is_port_list(std::string_view ports) { return ports.find_first_not_of("0123456789, ") == std::string_view::npos; }

bool is_integer(std::string_view text) {
  int value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && rest == text.data() + text.size();
}

std::set<std::string, std::less<>> known_keys() {
  std::set<std::string, std::less<>> keys;
  const ConninfoOptions defaults{PQconndefaults()};
  for (const auto* option = defaults.get(); option != nullptr && option->keyword != nullptr; ++option)
    keys.insert(option->keyword);
  return keys;
}

/// The Levenshtein distance.
std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j < row.size(); ++j) {
      const std::size_t replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row.back();
}

/// Each key-like word before a '=', with its position.
std::vector<std::pair<std::string_view, std::size_t>> keys_of(std::string_view conninfo) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz_";
  std::vector<std::pair<std::string_view, std::size_t>> keys;
  for (auto equals = conninfo.find('='); equals != std::string_view::npos; equals = conninfo.find('=', equals + 1)) {
    const auto end = conninfo.find_last_not_of(' ', equals == 0 ? 0 : equals - 1);
    if (end == std::string_view::npos) continue;
    const auto before = conninfo.find_last_not_of(letters, end);
    const auto begin = before == std::string_view::npos ? 0 : before + 1;
    const bool alone = begin == 0 || std::string_view{" \t\n?&"}.find(conninfo[begin - 1]) != std::string_view::npos;
    if (alone && begin <= end) keys.emplace_back(conninfo.substr(begin, end + 1 - begin), begin);
  }
  return keys;
}

/// True if the error quotes that word, whatever quotation marks its language uses.
bool quotes(std::string_view error, std::string_view word) {
  constexpr std::string_view no_mark = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789 ";
  for (auto at = error.find(word); at != std::string_view::npos; at = error.find(word, at + 1)) {
    const auto end = at + word.size();
    if (at > 0 && end < error.size() && no_mark.find(error[at - 1]) == std::string_view::npos &&
        no_mark.find(error[end]) == std::string_view::npos)
      return true;
  }
  return false;
}

/// The unknown key that libpq's error names; empty if it may be a part of a password. After an unquoted password, or
/// before an unencoded one, a word must resemble a real key, and be long: short words, such as "most", resemble keys
/// ("host") by chance.
std::string unknown_key(std::string_view conninfo, std::string_view error) {
  const auto known = known_keys();
  for (const auto& [key, at] : keys_of(conninfo)) {
    if (known.contains(key) || !quotes(error, key)) continue;
    const bool no_password = conninfo.substr(0, at).find("password") == std::string_view::npos &&
                             conninfo.find('@', at) == std::string_view::npos;
    const auto resembles = [key = key](std::string_view real) {
      const std::size_t wrong = distance(key, real);
      return wrong <= 2 && wrong * 4 < key.size();
    };
    if (no_password || std::ranges::any_of(known, resembles)) return std::string{key};
  }
  return {};
}

ConninfoOptions parse_or_refuse(const std::string& conninfo) {
  char* text = nullptr;
  ConninfoOptions options{PQconninfoParse(conninfo.c_str(), &text)};
  const std::string error = text != nullptr ? text : "";
  PQfreemem(text);
  if (options != nullptr) return options;
  if (const std::string key = unknown_key(conninfo, error); !key.empty())
    refuse("the connection string has the unknown key \"" + key + '"');
  refuse("the connection string is malformed (not shown: it may hold a password)");
}

}  // namespace

void require_conninfo(const std::string& conninfo) {
  if (conninfo.find('\0') != std::string::npos) refuse("the connection string holds a NUL");
  if (has_ambiguous_credentials(after_scheme(conninfo)))
    refuse("'@' and '/' in the user name or password must be written %40 and %2F");
  const ConninfoOptions options = parse_or_refuse(conninfo);
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string_view key{option->keyword};
    if (option->val == nullptr) continue;
    if (key == "port" && !is_port_list(option->val)) refuse("the port isn't a number");
    if (key == "connect_timeout" && !is_integer(option->val)) refuse("connect_timeout isn't a number of seconds");
  }
}

}  // namespace detail
}  // namespace vitals::inline v1
