#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/export.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

class HealthRegistry;

namespace detail {
class Answers;
class PendingAnswer;
}  // namespace detail

/// Who is shown reasons (messages, data, the reason of a shutdown). Names and statuses are always shown.
enum class Details {
  never,   ///< Your reasons are replaced by "reason withheld" and go to the log; the library's own are shown.
  always,  ///< Every caller: for a port that only operators can reach.
};

/// Where the answers are, and what they show.
///
/// A path begins with '/', has no '?', '#', space or control character, is at most 256 bytes long and belongs to one
/// list only; `/` itself may be one. An empty list switches that answer off. Paths are compared byte by byte; where one
/// continues another (`/health` and `/health/live`), the longer one wins. The checks of a path are at `<path>/<check>`,
/// unless it ends in '/'.
struct EndpointOptions {
  std::vector<std::string> liveness_paths = {"/healthz", "/livez"};
  std::vector<std::string> readiness_paths = {"/ready", "/readyz"};
  std::vector<std::string> startup_paths = {"/startup", "/startupz"};
  /// All checks and the phase as JSON, with the code of the worst probe: for people and dashboards, not for a
  /// livenessProbe.
  std::vector<std::string> health_paths = {"/health"};
  Details details = Details::never;
  /// Whether a path with one '/' more at its end is answered as without: `/ready/` as `/ready`, `/ready/<check>/` as
  /// `/ready/<check>`. For the paths above that don't end in '/' themselves.
  bool trailing_slash = false;
  /// The value of Access-Control-Allow-Origin on each answer of the health_paths and of the checks below them, so that
  /// a page of another origin may read them: "*", or an origin such as "https://status.example". Visible ASCII
  /// characters but no comma; empty: no such field. Meant for plain GETs: what a page must ask permission for by
  /// OPTIONS, such as header fields of its own, stays refused.
  std::string allow_origin = {};
};

/// What an Endpoint needs to know of an HTTP request. The texts need to live only during the call.
struct Request {
  /// As in the request line: "GET".
  Text method = "GET";
  /// As in the request line: a path with or without a query, or an absolute URI.
  Text target = "/";
  /// The value of the Accept header; empty if there is none. Several are joined by commas.
  Text accept = {};
};

struct Header {
  std::string name = {};
  std::string value = {};

  friend bool operator==(const Header& a, const Header& b) noexcept = default;
};

/// What to send. Framing (Content-Length, Connection, Date) is the server's business.
struct Response {
  int status = 503;
  std::vector<Header> headers = {};
  /// Empty for a HEAD request.
  std::string body = {};
  /// The size of the body that a GET would get: what Content-Length says, for HEAD too.
  std::size_t content_length = 0;
};

/// An answer of Endpoint::async_handle() that may still be awaited: dropping it cancels, and `done` isn't called any
/// more, unless it is being called at this moment.
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

/// Turns a request into an answer, without any socket: to mount the health routes on a server that is there already.
///
/// @code
/// vitals::Runner runner{health};
/// vitals::Endpoint endpoint{health};
/// if (auto reply = endpoint.handle({.method = method, .target = target}))   // nullopt: the path is not ours
///   write(reply->status, reply->headers, reply->body);
/// @endcode
///
/// GET, HEAD and OPTIONS are answered with the probe's status: 200 "OK" or 503 "Service Unavailable"; others get 405.
/// `?verbose` adds a line a check; `/ready/<check>` answers that check's own status; JSON (`application/health+json`,
/// https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06) where Accept names it.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
/// @par Lifetime       May outlive the registry, whose state it keeps alive; it then answers 503.
class VITALS_EXPORT Endpoint {
 public:
  /// @throws std::invalid_argument  naming the option and the rule, if a path is malformed or given twice, or
  ///                                allow_origin is malformed.
  explicit Endpoint(HealthRegistry& registry, EndpointOptions options = {});
  Endpoint(Endpoint&& other) noexcept;
  Endpoint& operator=(Endpoint&& other) noexcept;
  ~Endpoint();

  /// Answers on the calling thread, which may wait for the registry's answer budget: for a server with a thread per
  /// request. Not for an event loop.
  ///
  /// @returns The answer, or nothing if the path isn't one of the endpoint's. Nor is the target `*`, which is about the
  ///          whole server.
  [[nodiscard]] std::optional<Response> handle(const Request& request) const;

  /// Answers without waiting: for an event loop.
  ///
  /// @param done  Called exactly once, unless the returned object is dropped before: inline if the answer is ready or
  ///              the path is foreign, else from a Runner's thread within the answer budget. It should hand over and
  ///              return; while it blocks, other answers of this kind wait behind it. What it throws is dropped.
  /// @throws std::invalid_argument  if `done` is empty.
  PendingResponse async_handle(const Request& request, std::function<void(std::optional<Response>)> done) const;

 private:
  std::shared_ptr<detail::Answers> answers_;
};

}  // namespace vitals::inline v1

#endif
