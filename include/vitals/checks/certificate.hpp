#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <string>

#include <vitals/check_result.hpp>
#include <vitals/clock.hpp>
#include <vitals/export.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {
namespace checks {

/// How long before its end a certificate is a problem. Both are 0 to 10 years, `fail_before` at most `warn_before`.
struct CertificateOptions {
  /// Certificates are renewed earlier: those of Let's Encrypt 30 days before their end. With 14 left, that has failed.
  Duration warn_before = std::chrono::days{14};
  /// 0: at its end.
  Duration fail_before = Duration::zero();
};

/// Whether a certificate is valid, and for how long: of all certificates in a PEM file, the one that ends first
/// decides.
///
/// @code
/// #include <vitals/checks/certificate.hpp>   // link vitals::tls
/// health.add_readiness_check("certificate", vitals::checks::Certificate{"/tls/tls.crt"}, {.critical = false});
/// @endcode
///
/// Data: `expires` (UTC) and `days_left`. It doesn't verify who has signed the certificate: see RemoteCertificate.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT Certificate {
 public:
  /// @throws std::invalid_argument  if the path is empty or an option is out of range.
  explicit Certificate(Text path, CertificateOptions options = {});

  CheckResult operator()() const;

 private:
  std::string path_;
  CertificateOptions options_;
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
