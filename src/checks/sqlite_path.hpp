#pragma once

#include <string>
#include <string_view>

namespace vitals::inline v1 {
namespace detail {

/// True if SQLite reads the text as a URI.
[[nodiscard]] inline bool is_sqlite_uri(std::string_view path) { return path.starts_with("file:"); }

/// @throws std::invalid_argument  unless the path or URI names a file.
void require_file(const std::string& path);

}  // namespace detail
}  // namespace vitals::inline v1
