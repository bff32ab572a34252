#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <memory>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/checks/certificate.hpp>
#include <vitals/checks/tls_client.hpp>
#include <vitals/export.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {
namespace checks {

/// Whether a server's certificate can be trusted, and for how long: of all up to the trusted authority, the one that
/// ends first decides.
///
/// @code
/// #include <vitals/checks/remote_certificate.hpp>   // link vitals::tls
/// health.add_readiness_check("auth-certificate", vitals::checks::RemoteCertificate{"auth:443"},
///                            {.schedule = vitals::every(1h), .critical = false});
/// @endcode
///
/// Each run connects and shakes hands, and sends nothing more. Data as Certificate's. It can't tell whether the server
/// does its work.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
/// @par Lifetime       Copies share name look-ups that are under way.
class VITALS_EXPORT RemoteCertificate {
 public:
  /// Not a liveness check: the server's outage would restart every replica.
  using remote_check = void;

  /// @param target  "host:port"; an IPv6 address is in brackets.
  /// @throws std::invalid_argument  naming what is wrong with the target or an option.
  explicit RemoteCertificate(Text target, CertificateOptions options = {}, TlsClientOptions tls = {});

  CheckResult operator()(const CheckContext& context) const;

 private:
  class State;

  std::shared_ptr<State> state_;
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
