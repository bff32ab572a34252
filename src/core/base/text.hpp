#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace vitals::inline v1 {
namespace detail {

/// Text from outside made safe to show: valid UTF-8 (each maximal invalid part becomes U+FFFD, as the Unicode standard
/// recommends in 3.9), control characters become spaces, cut to `max_bytes` between characters.
[[nodiscard]] std::string safe_text(std::string_view text, std::size_t max_bytes);

/// The rule for names of checks: [a-z0-9][a-z0-9._-]{0,63}.
[[nodiscard]] bool is_name(std::string_view name) noexcept;

/// Turns any text into a valid name.
[[nodiscard]] std::string mended_name(std::string_view text);

/// A configured duration in words: "500 ms", "5 s", "1.5 s", "10 min".
[[nodiscard]] std::string spoken(std::chrono::nanoseconds duration);

/// A measured duration in words, rounded down: "500 ms", "1.5 s", "2 min 5 s", "3 h 12 min".
[[nodiscard]] std::string spoken_span(std::chrono::nanoseconds span);

}  // namespace detail
}  // namespace vitals::inline v1
