#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <vitals/status.hpp>

#include "core/model/probe_set.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Methods are case-sensitive: "get" is none of these.
enum class Method { get, head, options, other };

enum class Format { text, verbose_text, health_json, json };

/// What a request asks for. Of the request's own bytes it has only the name of a check.
struct Route {
  /// Nothing: all three, as for /health.
  std::optional<Probe> probe = std::nullopt;
  bool one_check = false;
  std::string check = {};  ///< With `one_check`: its name, or empty if the request has no valid name.
  Method method = Method::get;
  Format format = Format::text;

  [[nodiscard]] ProbeSet probes() const noexcept { return probe ? ProbeSet::of(*probe) : ProbeSet::all(); }

  friend bool operator==(const Route& a, const Route& b) noexcept = default;
};

[[nodiscard]] constexpr Method method_of(std::string_view name) noexcept {
  if (name == "GET") return Method::get;
  if (name == "HEAD") return Method::head;
  if (name == "OPTIONS") return Method::options;
  return Method::other;
}

}  // namespace detail
}  // namespace vitals::inline v1
