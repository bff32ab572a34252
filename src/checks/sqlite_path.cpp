#include "checks/sqlite_path.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace vitals::inline v1 {
namespace detail {
namespace {

/// Replaces each %HH by its byte.
std::string decoded(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      bytes += static_cast<char>(byte);
      i += 2;
    } else {
      bytes += text[i];
    }
  }
  return bytes;
}

/// The form is that of https://www.sqlite.org/uri.html: "file:", optional "//" and host, path, "?" and parameters, "#".
bool names_no_file(std::string_view uri) {
  uri = uri.substr(0, uri.find('#'));
  const auto question = uri.find('?');
  std::string_view path = uri.substr(0, question);
  path.remove_prefix(std::string_view{"file:"}.size());
  if (path.starts_with("//")) {
    const auto slash = path.find('/', 2);
    path = slash == std::string_view::npos ? "" : path.substr(slash);
  }
  if (path.empty() || decoded(path) == ":memory:") return true;
  std::string_view parameters = question == std::string_view::npos ? "" : uri.substr(question + 1);
  while (!parameters.empty()) {
    const std::string parameter = decoded(parameters.substr(0, parameters.find('&')));
    if (parameter == "mode=memory" || parameter == "vfs=memdb") return true;
    parameters.remove_prefix(std::min(parameters.find('&'), parameters.size() - 1) + 1);
  }
  return false;
}

}  // namespace

void require_file(const std::string& path) {
  if (path.find('\0') != std::string::npos) throw std::invalid_argument{"vitals::checks::Sqlite: the path holds a NUL"};
  if (path.empty() || path == ":memory:" || (is_sqlite_uri(path) && names_no_file(path)))
    throw std::invalid_argument{"vitals::checks::Sqlite: the path must name a file, not a database in memory"};
}

}  // namespace detail
}  // namespace vitals::inline v1
