#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <vitals/export.hpp>
#include <vitals/http_message.hpp>
#include <vitals/http_route.hpp>
#include <vitals/text_list.hpp>

namespace vitals::inline v1 {

class HealthRegistry;

namespace detail {
class Answers;
class PendingAnswer;
}  // namespace detail

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
  /// each check. Others see "reason withheld" in verbose text, and nothing in JSON. The library's own reasons are
  /// always shown.
  Callers details = Callers::nobody;
  /// True: one more '/' at the end of a path is ignored. `/ready/` is answered as `/ready`, and `/ready/<check>/` as
  /// `/ready/<check>`.
  bool trailing_slash = false;
  /// The Access-Control-Allow-Origin of the health_paths and their checks, for status pages of another origin: "*", or
  /// an origin such as "https://status.example". Visible ASCII characters without a comma; empty: no such header. For
  /// plain GETs; preflight requests stay refused.
  std::string allow_origin = {};
  /// Who sees the names of checks. Others see how many pass, warn and fail, get 404 on `<path>/<check>`, and no series
  /// of checks in metrics. Details are for callers that may see the names.
  Callers names = Callers::anyone;
  /// The tokens of Callers::with_token, 16 to 512 visible ASCII characters each; several, so that they can be replaced
  /// one after another. A wrong token only withholds: it never gets 401.
  TextList tokens = {};
  /// More paths, at most 32. A path that is in one of the lists above is refused.
  HttpRoutes routes = {};
  /// Sends what Envoy's health checker understands: `x-envoy-degraded` with answers of the status warn, and
  /// `x-envoy-immediate-health-check-fail` with failing readiness once the shutdown has begun.
  /// https://www.envoyproxy.io/docs/envoy/v1.31.0/intro/arch_overview/upstream/health_checking
  bool envoy_headers = false;
  /// Failing readiness is 404 instead of 503 once the shutdown has begun: HAProxy's `http-check disable-on-404` then
  /// lets sessions finish. https://docs.haproxy.org/2.6/configuration.html#4.2-http-check%20disable-on-404
  bool not_found_while_draining = false;
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
  /// @throws std::invalid_argument  naming the option and the rule, if a path is malformed or given twice,
  ///                                allow_origin or a token is malformed, a token is asked for and there is none, or
  ///                                there are more than 32 routes.
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
