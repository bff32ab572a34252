#include "http/response.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr const char* plain_text = "text/plain; charset=utf-8";

const char* content_type(Format format) noexcept {
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

/// No `Vary: Accept`: an answer that is never stored can't be served to somebody who accepts something else.
Response response(int code, Method method, const char* type, std::string_view body) {
  Response response;
  response.status = code;
  response.headers.reserve(4);
  response.headers.push_back({"Content-Type", type});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  if (method == Method::options || method == Method::other) response.headers.push_back({"Allow", "GET, HEAD, OPTIONS"});
  if (method != Method::head) response.body = body;
  response.content_length = body.size();
  return response;
}

}  // namespace

Response status_response(const Route& route, Status status, std::string_view body) {
  return response(code_of(status), route.method, content_type(route.format), body);
}

Response not_found_response(Method method) { return response(404, method, plain_text, "Not Found"); }

Response method_not_allowed_response() { return response(405, Method::other, plain_text, "Method Not Allowed"); }

}  // namespace detail
}  // namespace vitals::inline v1
