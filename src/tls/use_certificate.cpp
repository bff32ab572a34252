#include "tls/use_certificate.hpp"

#include <algorithm>
#include <utility>

#include "tls/pem_file.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

void add_chain(SSL_CTX* context, SslCertificate certificate, const std::string& file) {
  if (SSL_CTX_add0_chain_cert(context, certificate.get()) != 1)
    refuse_certificate(file + " has a certificate that can't be used (" + SslErrors::text() + ")");
  (void)certificate.release();
}

}  // namespace

void use_certificate(SSL_CTX* context, const std::string& certificate_file, const std::string& key_file,
                     const std::string& chain_file) {
  auto certificates = PemFile{certificate_file}.certificates();
  const auto key = PemFile{key_file}.key();
  const SslErrors errors;
  if (X509_check_private_key(certificates.front().get(), key.get()) != 1)
    refuse_certificate(key_file + " isn't the key of " + certificate_file);
  if (SSL_CTX_use_certificate(context, certificates.front().get()) != 1)
    refuse_certificate(certificate_file + " can't be used (" + SslErrors::text() + ")");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    refuse_certificate(key_file + " can't be used (" + SslErrors::text() + ")");
  std::for_each(certificates.begin() + 1, certificates.end(),
                [&](auto& certificate) { add_chain(context, std::move(certificate), certificate_file); });
  if (chain_file.empty()) return;
  for (auto& certificate : PemFile{chain_file}.certificates()) add_chain(context, std::move(certificate), chain_file);
}

}  // namespace detail
}  // namespace vitals::inline v1
