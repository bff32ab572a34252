#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstddef>
#include <string>
#include <vector>

#include <vitals/export.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

namespace detail {
/// Whether a header shows that the client isn't who has connected: a proxy has added it, or a browser was deceived into
/// sending the request (its Host is neither localhost nor a loopback address).
[[nodiscard]] VITALS_EXPORT bool hides_client(Text name, Text value) noexcept;
}  // namespace detail

/// The parts of an HTTP request that an Endpoint needs. The texts must live until the call returns.
///
/// @code
/// endpoint.handle({.method = "GET", .target = "/ready?verbose", .accept = "application/json"});
/// @endcode
struct HttpRequest {
  /// As in the request line: "GET".
  Text method = "GET";
  /// As in the request line: a path with or without a query, or an absolute URI.
  Text target = "/";
  /// The value of the Accept header; empty if there is none. Join several with commas.
  Text accept = {};
  /// The value of the Authorization header; empty if there is none, or if there are several.
  Text authorization = {};
  /// The numeric address of the client, such as "192.0.2.7" or "::1", or "unix:" for a UNIX socket. Decides about
  /// Callers::on_loopback. Leave it empty, which means unknown, if the request has passed a proxy (Forwarded,
  /// X-Forwarded-*, X-Real-IP, Via), or if its Host is neither localhost nor a loopback address: then a browser may
  /// have been deceived into sending it.
  Text remote_address = {};
};

struct HttpHeader {
  std::string name = {};
  std::string value = {};

  friend bool operator==(const HttpHeader& a, const HttpHeader& b) noexcept = default;
};

/// The answer to send. The server adds the framing: Content-Length, Connection, Date.
///
/// @code
/// return vitals::HttpResponse::json(R"({"commit":"9f3c2e1"})");
/// @endcode
struct VITALS_EXPORT HttpResponse {
  int status = 503;
  std::vector<HttpHeader> headers = {};
  /// Empty for HEAD.
  std::string body = {};
  /// The value of Content-Length: the size of the body that a GET would get, for HEAD too. A route's handler need not
  /// set it.
  std::size_t content_length = 0;

  /// With `Content-Type: text/plain; charset=utf-8`.
  [[nodiscard]] static HttpResponse text(Text body, int status = 200);
  /// With `Content-Type: application/json`. The body is sent as it is.
  [[nodiscard]] static HttpResponse json(Text body, int status = 200);
};

}  // namespace vitals::inline v1

#endif
