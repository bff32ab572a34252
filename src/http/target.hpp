#pragma once

#include <optional>
#include <string>
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

/// The parameters of a query, in order. Nothing is decoded.
class Parameters {
 public:
  struct Parameter {
    std::string_view name = {};
    std::string_view value = {};  ///< Empty if there is none.
  };
  explicit Parameters(std::string_view query) noexcept : rest_{query} {}

  /// Nothing after the last one.
  [[nodiscard]] std::optional<Parameter> next() noexcept;

 private:
  std::string_view rest_;
};

/// True with or without a value.
[[nodiscard]] bool has_parameter(std::string_view query, std::string_view name) noexcept;

/// The text without percent-encoding (https://www.rfc-editor.org/rfc/rfc3986#section-2.1), and with '+' as a space.
/// What isn't a valid encoding stays as it is.
[[nodiscard]] std::string decoded(std::string_view text);

/// The code that the asker wants for the status warn: 429 for exactly `warn=429`, which Consul takes as a warning
/// (https://developer.hashicorp.com/consul/docs/services/usage/checks#http-checks); else 200.
[[nodiscard]] int warn_status_of(std::string_view query) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
