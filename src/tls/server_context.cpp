#include "tls/server_context.hpp"

#include <string_view>

#include "tls/pem_file.hpp"
#include "tls/use_certificate.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using namespace std::string_view_literals;

/// What TLS 1.2 may use: ephemeral keys and authenticated encryption only.
constexpr const char* ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
/// No finite fields: with the large ones, a client's few bytes cost the server milliseconds.
constexpr const char* groups = "X25519:P-256:P-384";
constexpr const char* groups_of_fips = "P-256:P-384";
/// Between a client's certificate and an authority that is trusted.
constexpr int most_authorities = 8;

/// ALPN: https://www.rfc-editor.org/rfc/rfc7301#section-3.2
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void*) noexcept {
  constexpr auto own = "\x08http/1.1"sv;
  const std::string_view list{reinterpret_cast<const char*>(offered), offered_size};
  for (std::size_t at = 0; at < list.size(); at += 1 + static_cast<unsigned char>(list[at])) {
    if (list.substr(at, own.size()) != own) continue;
    *chosen = offered + at + 1;
    *size = static_cast<unsigned char>(own.size() - 1);
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// @param what  What OpenSSL refuses.
void require_supported(long result, const std::string& what) {
  if (result != 1) refuse_certificate("OpenSSL can't use " + what + " (" + SslErrors::text() + ")");
}

void set_rules(SSL_CTX* context) {
  require_supported(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION), "TLS 1.2");
  require_supported(SSL_CTX_set_cipher_list(context, ciphers), ciphers);
  // Without X25519, as in the mode of FIPS, the others will do.
  if (SSL_CTX_set1_groups_list(context, groups) != 1)
    require_supported(SSL_CTX_set1_groups_list(context, groups_of_fips), groups_of_fips);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
  require(SSL_CTX_set_num_tickets(context, 0));
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One call must not read records without data for ever.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  // Reads what has arrived in one system call instead of two per record.
  SSL_CTX_set_read_ahead(context, 1);
}

void ask_clients(SSL_CTX* context, const TlsOptions& options) {
  if (options.client_certificate == ClientCertificate::none) return;
  for (const auto& authority : PemFile{options.client_ca_file}.certificates()) {
    const SslErrors errors;
    require_supported(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()), options.client_ca_file);
    require_supported(SSL_CTX_add_client_CA(context, authority.get()), options.client_ca_file);
  }
  // An authority of the file is trusted, also if another one has signed it.
  X509_STORE_set_flags(SSL_CTX_get_cert_store(context), X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_verify_depth(context, most_authorities);
  const int required = options.client_certificate == ClientCertificate::require ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | required, nullptr);
}

}  // namespace

SslContext make_server_context(const TlsOptions& options) {
  const SslErrors errors;
  auto context = owned<SslContext>(SSL_CTX_new(TLS_server_method()));
  set_rules(context.get());
  use_certificate(context.get(), options.certificate_file, options.key_file, options.chain_file);
  ask_clients(context.get(), options);
  return context;
}

}  // namespace detail
}  // namespace vitals::inline v1
