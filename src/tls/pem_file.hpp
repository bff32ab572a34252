#pragma once

#include <string>
#include <vector>

#include "tls/openssl.hpp"

namespace vitals::inline v1 {
namespace detail {

/// "vitals: tls: PROBLEM: unusable certificate or key".
[[noreturn]] void refuse_certificate(const std::string& problem);

/// A PEM file of certificates or a key, read whole.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class PemFile {
 public:
  /// @throws std::system_error  naming the file, if it can't be read, isn't a regular file, or is longer than 1 MiB.
  explicit PemFile(const std::string& path);
  PemFile(const PemFile&) = delete;
  PemFile& operator=(const PemFile&) = delete;
  /// Clears the memory: it may have held a key.
  ~PemFile();

  /// All certificates in it, in order; at least one. @throws std::system_error  naming the file.
  [[nodiscard]] std::vector<SslCertificate> certificates() const;
  /// @throws std::system_error  naming the file, if it has no private key or that has a passphrase.
  [[nodiscard]] SslKey key() const;

 private:
  [[nodiscard]] SslBio reader() const;

  const std::string path_;
  std::string text_;
};

}  // namespace detail
}  // namespace vitals::inline v1
