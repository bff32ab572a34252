#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/http_message.hpp>

#include "http/question.hpp"

namespace vitals::inline v1 {
namespace detail {

/// An answer before it is written. To avoid copies it consists of views: into `owner`, into literals, or into the
/// Answers that made it.
struct Answer {
  int status = 503;
  std::string_view content_type = plain_text;
  std::string prefix = {};     ///< The beginning of the body, for this answer only.
  std::string_view body = {};  ///< The rest, as for GET; HEAD gets only its length.
  bool to_head = false;
  bool has_allow = false;
  bool is_degraded = false;            ///< For Envoy.
  bool fails_immediately = false;      ///< For Envoy.
  std::string_view allow_origin = {};  ///< The value of Access-Control-Allow-Origin; empty: no such field.
  const std::vector<HttpHeader>* headers = nullptr;  ///< Those of a handler or resource, without Content-Type.
  std::string_view subject = "none";                 ///< A literal: see Resource::subject().
  std::shared_ptr<const void> owner = {};
  std::uint64_t version = 0;  ///< See Answers::still_holds(); 0: for this request only.

  [[nodiscard]] std::size_t content_length() const noexcept { return prefix.size() + body.size(); }
};

/// 404. The body never repeats anything of the request.
[[nodiscard]] Answer not_found_answer(Method method) noexcept;

/// 405 with an Allow field.
[[nodiscard]] Answer method_not_allowed_answer() noexcept;

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
  if (answer.is_degraded) take("x-envoy-degraded", std::string_view{"true"});
  if (answer.fails_immediately) take("x-envoy-immediate-health-check-fail", std::string_view{"true"});
  if (answer.headers != nullptr)
    for (const auto& header : *answer.headers) take(header.name.c_str(), std::string_view{header.value});
}

/// A copy that doesn't depend on the answer's owner.
[[nodiscard]] HttpResponse to_response(const Answer& answer);

}  // namespace detail
}  // namespace vitals::inline v1
