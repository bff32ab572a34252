#pragma once

#include <optional>
#include <string_view>

namespace vitals::inline v1 {
namespace detail {

/// The JSON type that an Accept header asks for: "application/health+json" or "application/json"; nothing means text.
///
/// Only a header that names a JSON type gets JSON. A wildcard, an empty or malformed header, or text/plain with a
/// higher quality means text. Of the two JSON types the one of higher quality wins; application/health+json if they are
/// equal. See https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1.
[[nodiscard]] std::optional<std::string_view> accepted_json(std::string_view accept) noexcept;

/// Whether the header names text/html, as browsers do, and none of the types above with the same or a higher quality.
[[nodiscard]] bool prefers_html(std::string_view accept) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
