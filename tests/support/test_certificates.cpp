#include "support/test_certificates.hpp"

#include <atomic>
#include <fstream>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <utility>

namespace vitals_test {
namespace {

using vitals::detail::owned;
using vitals::detail::SslBio;
using vitals::detail::SslCertificate;
using vitals::detail::SslKey;

void require(bool ok) {
  if (!ok) throw std::runtime_error{"OpenSSL: " + vitals::detail::SslErrors::text()};
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem(X509* certificate) {
  const auto bio = owned<SslBio>(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return text_of(bio.get());
}

std::string pem(EVP_PKEY* key) {
  const auto bio = owned<SslBio>(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(bio.get());
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  auto* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

struct Issuer {
  X509* certificate = nullptr;  ///< Null: the certificate itself.
  EVP_PKEY* key = nullptr;
};

SslCertificate make(EVP_PKEY* key, Issuer issuer, bool is_authority, const CertificateOptions& options) {
  static std::atomic<long> serial = 1;
  auto made = owned<SslCertificate>(X509_new());
  auto* const certificate = made.get();
  if (issuer.certificate == nullptr) issuer.certificate = certificate;
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), options.valid_from.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate), options.valid_until.count());
  X509_set_pubkey(certificate, key);
  const auto* const name = reinterpret_cast<const unsigned char*>(options.common_name.c_str());
  X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_commonName, MBSTRING_UTF8, name, -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer.certificate));
  extend(certificate, issuer.certificate, NID_basic_constraints, is_authority ? "critical,CA:TRUE" : "CA:FALSE");
  std::string names;
  for (const auto& each : options.names) names += (names.empty() ? "" : ",") + each;
  if (!names.empty()) extend(certificate, issuer.certificate, NID_subject_alt_name, names);
  require(X509_sign(certificate, issuer.key, EVP_sha256()) > 0);
  return made;
}

SslKey new_key() { return owned<SslKey>(EVP_EC_gen("P-256")); }

}  // namespace

void TestCertificate::write_to(const std::filesystem::path& folder) const {
  std::filesystem::create_directories(folder);
  std::ofstream{folder / "tls.crt"} << certificate;
  std::ofstream{folder / "tls.key"} << key;
}

void TestCertificate::use_in(SSL_CTX* context) const {
  const auto certificates = owned<SslBio>(BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size())));
  const auto keys = owned<SslBio>(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())));
  const auto parsed = owned<SslCertificate>(PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr));
  const auto parsed_key = owned<SslKey>(PEM_read_bio_PrivateKey(keys.get(), nullptr, nullptr, nullptr));
  require(SSL_CTX_use_certificate(context, parsed.get()) == 1 &&
          SSL_CTX_use_PrivateKey(context, parsed_key.get()) == 1);
}

TestAuthority::TestAuthority(SslKey key, SslCertificate certificate) noexcept
    : key_{std::move(key)}, certificate_{std::move(certificate)} {}

TestAuthority::TestAuthority(const CertificateOptions& options)
    : key_{new_key()}, certificate_{make(key_.get(), {.key = key_.get()}, true, options)} {}

std::string TestAuthority::certificate() const { return pem(certificate_.get()); }

TestCertificate TestAuthority::issue(const CertificateOptions& options) const {
  const auto key = new_key();
  const auto certificate = make(key.get(), {certificate_.get(), key_.get()}, false, options);
  return {.certificate = pem(certificate.get()), .key = pem(key.get())};
}

TestAuthority TestAuthority::intermediate(const CertificateOptions& options) const {
  auto key = new_key();
  auto certificate = make(key.get(), {certificate_.get(), key_.get()}, true, options);
  return {std::move(key), std::move(certificate)};
}

}  // namespace vitals_test
