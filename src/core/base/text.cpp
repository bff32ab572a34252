#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t max_name = 64;

struct Character {
  std::size_t size;  // bytes taken from the input
  bool valid;
  bool control;
};

// The bytes that may follow the first: table 3-7 of the Unicode standard, which excludes overlong forms, surrogates and
// what lies beyond U+10FFFF by narrowing the second byte.
struct Sequence {
  std::size_t length;
  std::uint8_t second_min;
  std::uint8_t second_max;
};

Sequence sequence_of(std::uint8_t first) {
  if (first >= 0xC2 && first <= 0xDF) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first >= 0xE1 && first <= 0xEF) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first >= 0xF1 && first <= 0xF3) return {4, 0x80, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

Character next_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto first = byte(0);
  if (first < 0x80) return {1, true, first < 0x20 || first == 0x7F};
  const auto sequence = sequence_of(first);
  if (sequence.length == 0) return {1, false, false};
  for (std::size_t i = 1; i < sequence.length; ++i) {
    const auto min = i == 1 ? sequence.second_min : std::uint8_t{0x80};
    const auto max = i == 1 ? sequence.second_max : std::uint8_t{0xBF};
    if (i >= text.size() || byte(i) < min || byte(i) > max) return {i, false, false};
  }
  const bool c1_control = first == 0xC2 && byte(1) < 0xA0;
  return {sequence.length, true, c1_control};
}

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_name_character(char c) { return is_lower_or_digit(c) || c == '.' || c == '_' || c == '-'; }

}  // namespace

std::string safe_text(std::string_view text, std::size_t max_bytes) {
  std::string safe;
  safe.reserve(text.size() < max_bytes ? text.size() : max_bytes);
  while (!text.empty()) {
    const auto character = next_character(text);
    const std::string_view shown = !character.valid    ? replacement
                                   : character.control ? std::string_view{" "}
                                                       : text.substr(0, character.size);
    if (safe.size() + shown.size() > max_bytes) break;
    safe += shown;
    text.remove_prefix(character.size);
  }
  return safe;
}

bool is_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > max_name || !is_lower_or_digit(name.front())) return false;
  for (const char c : name)
    if (!is_name_character(c)) return false;
  return true;
}

std::string mended_name(std::string_view text) {
  std::string name;
  for (char c : text.substr(0, max_name)) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    name += is_name_character(c) ? c : '_';
  }
  if (name.empty() || !is_lower_or_digit(name.front())) name.insert(0, 1, 'x');
  if (name.size() > max_name) name.resize(max_name);
  return name;
}

std::string spoken(std::chrono::nanoseconds duration) {
  using namespace std::chrono_literals;
  struct Unit {
    std::chrono::nanoseconds size;
    const char* name;
  };
  constexpr std::array units{Unit{1h, "h"}, Unit{1min, "min"}, Unit{1s, "s"}, Unit{1ms, "ms"}, Unit{1us, "us"}};
  for (const auto& unit : units) {
    if (duration < unit.size) continue;
    std::array<char, 48> buffer{};
    const auto amount = static_cast<double>(duration.count()) / static_cast<double>(unit.size.count());
    std::snprintf(buffer.data(), buffer.size(), "%.4g %s", amount, unit.name);
    return buffer.data();
  }
  return std::to_string(duration.count()) + " ns";
}

std::string spoken_span(std::chrono::nanoseconds span) {
  const auto in_unit = [](std::int64_t count, const char* unit) { return std::to_string(count) + unit; };
  const auto both = [&](std::int64_t count, std::int64_t per, const char* unit, const char* smaller) {
    const auto rest = count % per;
    return rest == 0 ? in_unit(count / per, unit) : in_unit(count / per, unit) + ' ' + in_unit(rest, smaller);
  };
  const std::int64_t milliseconds = std::max<std::int64_t>(span.count() / 1'000'000, 0);
  const std::int64_t tenths = milliseconds / 100;
  if (tenths < 10) return in_unit(milliseconds, " ms");
  if (tenths < 600) return in_unit(tenths / 10, "") + (tenths % 10 == 0 ? " s" : '.' + in_unit(tenths % 10, " s"));
  const std::int64_t seconds = tenths / 10;
  if (seconds < 3600) return both(seconds, 60, " min", " s");
  if (seconds < 86'400) return both(seconds / 60, 60, " h", " min");
  return both(seconds / 3600, 24, " d", " h");
}

}  // namespace detail
}  // namespace vitals::inline v1
