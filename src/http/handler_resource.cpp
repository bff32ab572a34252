#include "http/handler_resource.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "core/base/user_code.hpp"
#include "http/ascii.hpp"
#include "http/served.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// Not those that mean an answer without a body.
bool is_final_status(int status) noexcept {
  return status >= 200 && status <= 599 && status != 204 && status != 205 && status != 304;
}

bool is_field_value(std::string_view value) noexcept {
  return std::all_of(value.begin(), value.end(), [](char c) { return c == '\t' || (c >= ' ' && c != 0x7f) || c < 0; });
}

bool is_valid(const HttpHeader& header) noexcept {
  return !header.name.empty() && std::all_of(header.name.begin(), header.name.end(), is_token_character) &&
         is_field_value(header.value);
}

/// The server writes these.
bool is_framing(const HttpHeader& header) noexcept {
  constexpr std::array<std::string_view, 9> names{
      "connection",        "content-length",  "date", "keep-alive", "te", "trailer", "upgrade",
      "transfer-encoding", "proxy-connection"};
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return equals_ignoring_case(header.name, name); });
}

/// Every answer has these already.
bool is_given(const HttpHeader& header) noexcept {
  return equals_ignoring_case(header.name, "cache-control") ||
         equals_ignoring_case(header.name, "x-content-type-options");
}

struct Owned {
  HttpResponse response;
  std::string content_type = std::string{plain_text};
};

}  // namespace

std::shared_ptr<UserCall> HandlerResource::call_for(const HttpRequest& request, const Question& question) const {
  return std::make_shared<ResourceCall>(request, question, [](RegistryState&, const ResourceCall& call) {
    const auto& resource = static_cast<const HandlerResource&>(*call.question.served->resource);
    return UserCall::Outcome{.answer = answer_of(resource.handler_, call.request(), call.question.method)};
  });
}

Answer internal_error_answer(Method method) noexcept {
  return {.status = 500,
          .body = "Internal Server Error",
          .to_head = method == Method::head,
          .has_allow = method == Method::options};
}

bool is_allowed(const Rendered& rendered) noexcept {
  return (rendered.status == 0 || is_final_status(rendered.status)) && is_field_value(rendered.media_type);
}

Answer answer_of(HttpResponse response, Method method) {
  if (!is_final_status(response.status) || !std::all_of(response.headers.begin(), response.headers.end(), is_valid))
    return internal_error_answer(method);
  const auto owned = std::make_shared<Owned>(Owned{.response = std::move(response)});
  auto& headers = owned->response.headers;
  std::erase_if(headers, [](const HttpHeader& header) { return is_framing(header) || is_given(header); });
  std::erase_if(headers, [&](HttpHeader& header) {
    if (!equals_ignoring_case(header.name, "content-type")) return false;
    owned->content_type = std::move(header.value);
    return true;
  });
  return {.status = owned->response.status,
          .content_type = owned->content_type,
          .body = owned->response.body,
          .to_head = method == Method::head,
          .has_allow = method == Method::options,
          .headers = &headers,
          .owner = owned};
}

Answer answer_of(const HttpRoute::Handler& handler, const HttpRequest& request, Method method) {
  std::optional<HttpResponse> response;
  call_user_code([&] { response = handler(request); }, [](std::string_view) {});
  return response ? answer_of(*std::move(response), method) : internal_error_answer(method);
}

}  // namespace detail
}  // namespace vitals::inline v1
