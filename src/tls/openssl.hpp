#pragma once

#include <memory>
#include <new>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string>

namespace vitals::inline v1 {
namespace detail {

/// Frees an object of OpenSSL.
template <auto release>
struct OpenSslFree {
  template <class Object>
  void operator()(Object* object) const noexcept {
    (void)release(object);
  }
};

using SslBio = std::unique_ptr<BIO, OpenSslFree<&BIO_free>>;
using SslBioMethod = std::unique_ptr<BIO_METHOD, OpenSslFree<&BIO_meth_free>>;
using SslKey = std::unique_ptr<EVP_PKEY, OpenSslFree<&EVP_PKEY_free>>;
using SslCertificate = std::unique_ptr<X509, OpenSslFree<&X509_free>>;
using SslContext = std::unique_ptr<SSL_CTX, OpenSslFree<&SSL_CTX_free>>;
using SslSession = std::unique_ptr<SSL, OpenSslFree<&SSL_free>>;

/// Takes what an OpenSSL function has allocated. @throws std::bad_alloc  if that is nothing.
template <class Owner>
[[nodiscard]] Owner owned(typename Owner::pointer object) {
  if (object == nullptr) throw std::bad_alloc{};
  return Owner{object};
}

/// OpenSSL's error queue of this thread, around a call of it: SSL_get_error() is right only if the queue was empty, and
/// the application's code on this thread must not find our errors.
class SslErrors {
 public:
  SslErrors() noexcept { ERR_clear_error(); }
  SslErrors(const SslErrors&) = delete;
  SslErrors& operator=(const SslErrors&) = delete;
  ~SslErrors() { ERR_clear_error(); }

  /// Why the call failed, in OpenSSL's words; empty if there is no error.
  [[nodiscard]] static std::string text() {
    const auto error = ERR_peek_error();
    if (error == 0) return {};
    const char* const reason = ERR_reason_error_string(error);
    return reason != nullptr ? reason : "error " + std::to_string(error) + " of OpenSSL";
  }
};

/// For calls that fail only without memory. @throws std::bad_alloc
inline void require(long result) {
  if (result != 1) throw std::bad_alloc{};
}

}  // namespace detail
}  // namespace vitals::inline v1
