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

/// What an answer is written as.
enum class Format { text, verbose_text, health_json, json };

/// What a request asks for, free of the request's own bytes but for the name of a check.
struct Route {
  /// The probe that is asked about; none: all three, as /health does.
  std::optional<Probe> probe = std::nullopt;
  /// Whether one check is asked for, and which. The name is empty if what was asked for can't be one's name.
  bool one_check = false;
  std::string check = {};
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
