#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "tls/openssl.hpp"

namespace vitals_test {

/// A certificate and its key, as PEM.
struct TestCertificate {
  std::string certificate = {};
  std::string key = {};

  /// Writes both, as files of a Kubernetes secret: `tls.crt` and `tls.key`.
  void write_to(const std::filesystem::path& folder) const;
  /// Lets a context use both.
  void use_in(SSL_CTX* context) const;
};

/// What a certificate says.
struct CertificateOptions {
  std::string common_name = "localhost";
  std::vector<std::string> names = {"DNS:localhost", "IP:127.0.0.1", "IP:::1"};  ///< As OpenSSL writes them.
  std::chrono::seconds valid_from = -std::chrono::hours{1};                      ///< From now.
  std::chrono::seconds valid_until = std::chrono::hours{24 * 365};               ///< From now.
};

/// An authority of the tests' own, which signs certificates with keys of P-256.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class TestAuthority {
 public:
  explicit TestAuthority(const CertificateOptions& options = {.common_name = "vitals test authority", .names = {}});

  /// In PEM.
  [[nodiscard]] std::string certificate() const;
  [[nodiscard]] TestCertificate issue(const CertificateOptions& options = {}) const;
  /// An authority that this one has signed.
  [[nodiscard]] TestAuthority intermediate(const CertificateOptions& options) const;

 private:
  TestAuthority(vitals::detail::SslKey key, vitals::detail::SslCertificate certificate) noexcept;

  vitals::detail::SslKey key_;
  vitals::detail::SslCertificate certificate_;
};

}  // namespace vitals_test
