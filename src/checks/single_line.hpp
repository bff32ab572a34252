#pragma once

#include <string>
#include <string_view>

namespace vitals::inline v1 {
namespace detail {

/// The text with every run of white space as one space and none at its ends: reasons are one line in a log.
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
