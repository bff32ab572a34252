#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <vitals/endpoint.hpp>
#include <vitals/export.hpp>

#include "http/route.hpp"

namespace vitals::inline v1 {
namespace detail {

inline constexpr std::string_view plain_text = "text/plain; charset=utf-8";

/// An answer before it is written. To avoid copies it consists of views: into `owner`, into literals, or into the
/// Answers that made it.
struct Answer {
  int status = 503;
  std::string_view content_type = plain_text;
  std::string_view body = {};  ///< As for GET; HEAD gets only its length.
  bool to_head = false;
  bool has_allow = false;
  std::string_view allow_origin = {};  ///< The value of Access-Control-Allow-Origin; empty: no such field.
  std::shared_ptr<const void> owner = {};
  std::uint64_t version = 0;  ///< See Answers::still_holds(); 0: for this request only.
};

/// 200 or 503.
[[nodiscard]] Answer status_answer(const Route& route, Status status, std::string_view body,
                                   std::shared_ptr<const void> owner, std::string_view allow_origin);

/// 404: there is no such check. The body never repeats anything of the request.
[[nodiscard]] Answer not_found_answer(Method method, std::string_view allow_origin) noexcept;

/// 405 with an Allow field.
[[nodiscard]] Answer method_not_allowed_answer(std::string_view allow_origin) noexcept;

/// Calls `take(name, value)` for each header field except those of framing.
///
/// No `Vary: Accept`: with `no-store`, no cache can serve the answer to a client that accepts something else. No
/// `Vary: Origin`: every client gets the same allowed origin.
template <class Take>
void for_each_header(const Answer& answer, const Take& take) {
  take("Content-Type", answer.content_type);
  take("Cache-Control", std::string_view{"no-store"});
  take("X-Content-Type-Options", std::string_view{"nosniff"});
  if (answer.has_allow) take("Allow", std::string_view{"GET, HEAD, OPTIONS"});
  if (!answer.allow_origin.empty()) take("Access-Control-Allow-Origin", answer.allow_origin);
}

/// A copy that doesn't depend on the answer's owner.
[[nodiscard]] HttpResponse to_response(const Answer& answer);

}  // namespace detail
}  // namespace vitals::inline v1
