#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <vitals/export.hpp>
#include <vitals/text.hpp>
#include <vitals/text_list.hpp>

namespace vitals::inline v1 {

class HealthRegistry;

namespace detail {
class Answers;
class PendingAnswer;
}  // namespace detail

/// Which callers get something.
enum class Callers { nobody, anyone };

/// The paths of the answers, and what they show.
///
/// @code
/// vitals::Endpoint endpoint{health, {.readiness_paths = {"/up"}, .details = vitals::Callers::anyone}};
/// @endcode
///
/// A path begins with '/', is at most 256 bytes long, contains no '?', '#', space or control character, and is in one
/// list only. An empty list turns the answer off. Paths are compared byte by byte; if one continues another (`/health`
/// and `/health/live`), the longer one wins. `<path>/<check>` answers for one check, unless the path ends in '/'.
struct EndpointOptions {
  TextList liveness_paths = {"/healthz", "/livez"};
  TextList readiness_paths = {"/ready", "/readyz"};
  TextList startup_paths = {"/startup", "/startupz"};
  /// All checks and the phase as JSON, with the code of the worst probe: for people and dashboards, not for a
  /// livenessProbe.
  TextList health_paths = {"/health"};
  /// Who sees your messages, data and the reason of a shutdown and, on `/health`, the service and the statistics of
  /// each check. Others see "reason withheld" in verbose text, and nothing in JSON. Names, statuses and the library's
  /// own reasons are always shown. `anyone` is for a port that only operators can reach.
  Callers details = Callers::nobody;
  /// True: one more '/' at the end of a path is ignored. `/ready/` is answered as `/ready`, and `/ready/<check>/` as
  /// `/ready/<check>`.
  bool trailing_slash = false;
  /// The Access-Control-Allow-Origin of the health_paths and their checks, for status pages of another origin: "*", or
  /// an origin such as "https://status.example". Visible ASCII characters without a comma; empty: no such header. For
  /// plain GETs; preflight requests stay refused.
  std::string allow_origin = {};
};

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
};

struct HttpHeader {
  std::string name = {};
  std::string value = {};

  friend bool operator==(const HttpHeader& a, const HttpHeader& b) noexcept = default;
};

/// The answer to send. The server adds the framing: Content-Length, Connection, Date.
struct HttpResponse {
  int status = 503;
  std::vector<HttpHeader> headers = {};
  /// Empty for HEAD.
  std::string body = {};
  /// The value of Content-Length: the size of the body that a GET would get, for HEAD too.
  std::size_t content_length = 0;
};

/// A call of Endpoint::async_handle() that may still be waiting. Destroying it cancels the call: `done` is no longer
/// called, unless that has just begun.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class [[nodiscard]] VITALS_EXPORT PendingResponse {
 public:
  PendingResponse() noexcept;
  PendingResponse(PendingResponse&& other) noexcept;
  PendingResponse& operator=(PendingResponse&& other) noexcept;
  ~PendingResponse();

 private:
  friend class Endpoint;
  explicit PendingResponse(std::shared_ptr<detail::PendingAnswer> answer) noexcept;

  std::shared_ptr<detail::PendingAnswer> answer_;
};

/// Turns a request into an answer, without a socket: adds the health routes to a server that you already have.
///
/// @code
/// vitals::Runner runner{health};
/// vitals::Endpoint endpoint{health};
/// if (auto reply = endpoint.handle({.method = method, .target = target}))   // nullopt: the path is not ours
///   write(reply->status, reply->headers, reply->body);
/// @endcode
///
/// GET, HEAD and OPTIONS get the probe's status, 200 "OK" or 503 "Service Unavailable"; other methods get 405.
/// `?verbose` adds one line per check, and `/ready/<check>` answers for that check alone. JSON
/// (`application/health+json`, https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06) comes if
/// Accept names it.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
/// @par Lifetime       May outlive the registry, whose state it keeps alive; it then answers 503.
class VITALS_EXPORT Endpoint {
 public:
  /// @throws std::invalid_argument  naming the option and the rule, if a path is malformed or given twice, or
  ///                                allow_origin is malformed.
  explicit Endpoint(HealthRegistry& registry,  // no match? Name it: EndpointOptions{...}
                    EndpointOptions options = {});
  Endpoint(Endpoint&& other) noexcept;
  Endpoint& operator=(Endpoint&& other) noexcept;
  ~Endpoint();

  /// Answers on the calling thread. May wait as long as the registry's answer budget: for servers with one thread per
  /// request, not for event loops.
  ///
  /// @returns The answer; nullopt if the path isn't the endpoint's, or the target is `*`.
  [[nodiscard]] std::optional<HttpResponse> handle(const HttpRequest& request) const;

  /// Answers without waiting: for event loops.
  ///
  /// @param done  Called exactly once, unless the returned object is destroyed first: inline if the answer is ready or
  ///              the path is foreign, otherwise on a Runner's thread within the answer budget. Should pass the answer
  ///              on and return: while it blocks, other such answers wait. Exceptions are dropped.
  /// @throws std::invalid_argument  if `done` is empty.
  PendingResponse async_handle(const HttpRequest& request, std::function<void(std::optional<HttpResponse>)> done) const;

 private:
  std::shared_ptr<detail::Answers> answers_;
};

}  // namespace vitals::inline v1

#endif
