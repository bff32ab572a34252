#include "http/answer.hpp"

#include <utility>

namespace vitals::inline v1 {
namespace detail {
namespace {

std::string_view content_type(Format format) noexcept {
  switch (format) {
    case Format::text:
    case Format::verbose_text: return plain_text;
    case Format::health_json: return "application/health+json";
    case Format::json: return "application/json";
  }
  return plain_text;
}

int code_of(Status status) noexcept {
  switch (status) {
    case Status::pass:
    case Status::warn: return 200;
    case Status::fail: return 503;
  }
  return 503;
}

}  // namespace

Answer status_answer(const Route& route, Status status, std::string_view body, std::shared_ptr<const void> owner,
                     std::string_view allow_origin) {
  return {.status = code_of(status),
          .content_type = content_type(route.format),
          .body = body,
          .to_head = route.method == Method::head,
          .has_allow = route.method == Method::options,
          .allow_origin = allow_origin,
          .owner = std::move(owner)};
}

Answer not_found_answer(Method method, std::string_view allow_origin) noexcept {
  return {.status = 404,
          .body = "Not Found",
          .to_head = method == Method::head,
          .has_allow = method == Method::options,
          .allow_origin = allow_origin};
}

Answer method_not_allowed_answer(std::string_view allow_origin) noexcept {
  return {.status = 405, .body = "Method Not Allowed", .has_allow = true, .allow_origin = allow_origin};
}

HttpResponse to_response(const Answer& answer) {
  HttpResponse response{.status = answer.status, .content_length = answer.body.size()};
  for_each_header(answer, [&](const char* name, std::string_view value) {
    response.headers.push_back({name, std::string{value}});
  });
  if (!answer.to_head) response.body = answer.body;
  return response;
}

}  // namespace detail
}  // namespace vitals::inline v1
