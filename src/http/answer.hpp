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

/// An answer before it is written: views into what `owner` keeps, into literals, or into the Answers that
/// it is from, so that nothing is copied that need not be.
struct Answer {
  int status = 503;
  std::string_view content_type = plain_text;
  std::string_view body = {};  ///< What GET gets; to HEAD only its length is told.
  bool to_head = false;
  bool tells_methods = false;          ///< With an Allow field.
  std::string_view allow_origin = {};  ///< Of Access-Control-Allow-Origin; empty: no such field.
  std::shared_ptr<const void> owner = {};
  std::uint64_t version = 0;  ///< See Answers::still_holds(); 0: it is for this request only.
};

/// 200 or 503 with the body that says so.
[[nodiscard]] Answer status_answer(const Route& route, Status status, std::string_view body,
                                   std::shared_ptr<const void> owner, std::string_view allow_origin);

/// 404: there is no such check. Nothing of the request is repeated.
[[nodiscard]] Answer not_found_answer(Method method, std::string_view allow_origin) noexcept;

/// 405, with the methods that are answered.
[[nodiscard]] Answer method_not_allowed_answer(std::string_view allow_origin) noexcept;

/// Calls `take(name, value)` for each header field, but for those of framing.
///
/// No `Vary: Accept`: an answer that is never stored can't be served to a client that accepts something else. No
/// `Vary: Origin` either: the origin that is allowed is the same for everybody.
template <class Take>
void for_each_header(const Answer& answer, const Take& take) {
  take("Content-Type", answer.content_type);
  take("Cache-Control", std::string_view{"no-store"});
  take("X-Content-Type-Options", std::string_view{"nosniff"});
  if (answer.tells_methods) take("Allow", std::string_view{"GET, HEAD, OPTIONS"});
  if (!answer.allow_origin.empty()) take("Access-Control-Allow-Origin", answer.allow_origin);
}

/// The same as a value of its own.
[[nodiscard]] HttpResponse to_response(const Answer& answer);

}  // namespace detail
}  // namespace vitals::inline v1
