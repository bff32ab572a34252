#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/export.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {
namespace checks {

/// What to ask an HTTP server, and which answer passes.
///
/// @code
/// vitals::checks::Http{"http://search:9200/_cluster/health", {.statuses = {200}, .body_contains = "\"green\""}}
/// @endcode
struct HttpOptions {
  std::string method = "GET";
  /// Sent in addition, or instead of the check's own Host, User-Agent and Accept: `{{"Authorization", token}}`.
  /// A redirect to another server doesn't get them.
  std::vector<std::pair<std::string, std::string>> headers = {};
  /// The status codes that pass; empty: 200 to 299.
  std::vector<int> statuses = {};
  /// What the body must contain, within its first 64 KiB; empty: any body will do.
  std::string body_contains = {};
  /// How many redirects to follow, 0 to 10, even if `statuses` has their codes. Needs GET or HEAD.
  int max_redirects = 0;
};

/// Whether an HTTP server answers a request as it should.
///
/// @code
/// #include <vitals/checks/http.hpp>   // link vitals::checks
/// health.add_readiness_check("auth", vitals::checks::Http{"http://auth:8080/healthz"});
/// @endcode
///
/// Each run connects anew, as Tcp does, and reads the answer to its end, or to 64 KiB of body; a head may have 16 KiB.
/// An answer that hasn't ended at the deadline fails. Environment variables such as `http_proxy` make no difference.
/// For TLS there is Https. No message repeats the query of the URL or a header; what a server sends instead of HTTP is
/// quoted only if the request has neither.
///
/// To ask the `/ready` of another service of yours is to depend on all that it depends on: while that one isn't ready,
/// this one isn't either. Ask for what you need of it, such as `/healthz`.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
/// @par Lifetime       Copies share name look-ups that are under way.
class VITALS_EXPORT Http {
 public:
  /// Not a liveness check: the server's outage would restart every replica.
  using remote_check = void;

  /// @param url  http://host[:port][/path][?query], percent-encoded; the port is 80 by default
  ///             (https://www.rfc-editor.org/rfc/rfc9110#section-4.2.1).
  /// @throws std::invalid_argument  naming what is wrong with the URL or an option, without repeating them.
  explicit Http(Text url, HttpOptions options = {});

  CheckResult operator()(const CheckContext& context) const;

 private:
  class State;

  std::shared_ptr<State> state_;
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
