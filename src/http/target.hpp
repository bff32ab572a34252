#pragma once

#include <string_view>

namespace vitals::inline v1 {
namespace detail {

/// The parts of a request target that matter here, as views into it.
struct Target {
  std::string_view path = {};
  std::string_view query = {};

  friend bool operator==(const Target& a, const Target& b) noexcept = default;
};

/// Understands the origin form ("/healthz?verbose") and the absolute form ("http://host:8080/healthz"); of any other
/// the path is empty. See https://www.rfc-editor.org/rfc/rfc9112#section-3.2. A '#' has no place in a target and is a
/// character like any other.
[[nodiscard]] Target parse_target(std::string_view target) noexcept;

/// Whether the query has the parameter, with any value or none.
[[nodiscard]] bool has_parameter(std::string_view query, std::string_view name) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
