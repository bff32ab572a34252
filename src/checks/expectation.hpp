#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vitals::inline v1 {
namespace detail {

/// The first column of the first row of an answer.
struct FirstValue {
  bool has_row = false;
  std::optional<std::string> text = {};  ///< Nothing if it is NULL.
};

/// Nothing if the answer is the expected one, else a message.
///
/// @param most  Longer texts are cut to so many bytes.
[[nodiscard]] inline std::optional<std::string> broken_expectation(const std::optional<std::string>& expected,
                                                                   const FirstValue& got, std::size_t most = 100) {
  if (!expected || (got.has_row && got.text == expected)) return std::nullopt;
  const auto quoted = [most](std::string_view text) {
    std::size_t size = text.size();
    if (size > most) {
      size = most;
      while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;  // inside a character
    }
    return '"' + std::string{text.substr(0, size)} + (size < text.size() ? "...\"" : "\"");
  };
  const std::string what = !got.has_row ? "no row" : !got.text ? "NULL" : quoted(*got.text);
  return "expected " + quoted(*expected) + ", got " + what;
}

}  // namespace detail
}  // namespace vitals::inline v1
