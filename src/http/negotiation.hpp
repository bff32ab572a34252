#pragma once

#include <optional>
#include <string_view>

#include "http/route.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The JSON that an Accept header asks for by name: Format::health_json or Format::json; nothing means text.
///
/// JSON is for those who name it: a wildcard, an empty header and one that isn't well-formed mean text, and so does one
/// that names text/plain with a higher quality. Of the two JSON types the one of higher quality is taken, and
/// application/health+json if they are equal. See https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1.
[[nodiscard]] std::optional<Format> accepted_json(std::string_view accept) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
