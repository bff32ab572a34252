#pragma once

#include <string>
#include <string_view>

namespace vitals::inline v1 {
namespace detail {

/// Replaces each run of white space by one space, and trims both ends: a reason must fit one log line.
[[nodiscard]] inline std::string single_line(std::string_view text) {
  std::string line;
  bool space = false;
  for (const char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      space = !line.empty();
      continue;
    }
    if (space) line += ' ';
    space = false;
    line += c;
  }
  return line;
}

}  // namespace detail
}  // namespace vitals::inline v1
