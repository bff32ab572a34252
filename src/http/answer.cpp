#include "http/answer.hpp"

namespace vitals::inline v1 {
namespace detail {

Answer not_found_answer(Method method) noexcept {
  return {
      .status = 404, .body = "Not Found", .to_head = method == Method::head, .has_allow = method == Method::options};
}

Answer method_not_allowed_answer() noexcept { return {.status = 405, .body = "Method Not Allowed", .has_allow = true}; }

HttpResponse to_response(const Answer& answer) {
  HttpResponse response{.status = answer.status, .content_length = answer.content_length()};
  for_each_header(answer, [&](const char* name, std::string_view value) {
    response.headers.push_back({name, std::string{value}});
  });
  if (!answer.to_head) response.body.append(answer.prefix).append(answer.body);
  return response;
}

}  // namespace detail
}  // namespace vitals::inline v1
