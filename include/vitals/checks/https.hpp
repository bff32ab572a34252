#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <memory>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/checks/http.hpp>
#include <vitals/checks/tls_client.hpp>
#include <vitals/export.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {
namespace checks {

/// Whether an HTTPS server answers a request as it should: Http over TLS 1.2 or 1.3.
///
/// @code
/// #include <vitals/checks/https.hpp>   // link vitals::tls
/// health.add_readiness_check("auth",
///                            vitals::checks::Https{"https://auth:8443/healthz", {}, {.ca_file = "/tls/ca.crt"}});
/// @endcode
///
/// The server's certificate must be valid, be signed by a trusted authority and have the host's name or address; this
/// can't be switched off. Revocation isn't looked up. Redirects lead to https only. Each run shakes hands anew.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
/// @par Lifetime       Copies share name look-ups that are under way.
class VITALS_EXPORT Https {
 public:
  /// Not a liveness check: the server's outage would restart every replica.
  using remote_check = void;

  /// @param url  https://host[:port][/path][?query], percent-encoded; the port is 443 by default
  ///             (https://www.rfc-editor.org/rfc/rfc9110#section-4.2.2).
  /// @throws std::invalid_argument  naming what is wrong with the URL or an option, without repeating them. Files are
  ///                                read by the runs.
  explicit Https(Text url, HttpOptions options = {}, TlsClientOptions tls = {});

  CheckResult operator()(const CheckContext& context) const;

 private:
  class State;

  std::shared_ptr<State> state_;
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
