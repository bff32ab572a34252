#pragma once

#include <string_view>

namespace vitals::inline v1 {
namespace detail {

/// Views into the request target.
struct Target {
  std::string_view path = {};
  std::string_view query = {};

  friend bool operator==(const Target& a, const Target& b) noexcept = default;
};

/// Parses the origin form ("/healthz?verbose") and the absolute form ("http://host:8080/healthz"); for any other form
/// the path is empty. See https://www.rfc-editor.org/rfc/rfc9112#section-3.2. A '#' isn't special: no valid target has
/// one.
[[nodiscard]] Target parse_target(std::string_view target) noexcept;

/// True with or without a value.
[[nodiscard]] bool has_parameter(std::string_view query, std::string_view name) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
