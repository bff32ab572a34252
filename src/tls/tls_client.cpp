#include "tls/tls_client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "tls/pem_file.hpp"
#include "tls/use_certificate.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// ALPN: https://www.rfc-editor.org/rfc/rfc7301#section-3.1
constexpr std::array<unsigned char, 9> http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

bool is_address(const std::string& host) noexcept {
  std::array<unsigned char, sizeof(in6_addr)> address = {};
  return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

/// Whose certificate is expected, and for names, whose is asked for (SNI): neither has the dot of a name's end, see
/// https://www.rfc-editor.org/rfc/rfc6066#section-3.
void expect_host(SSL* session, std::string host) {
  if (is_address(host)) return require(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()));
  if (host.ends_with('.')) host.pop_back();
  SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  require(SSL_set1_host(session, host.c_str()));
  require(SSL_set_tlsext_host_name(session, host.c_str()));
}

SslContext make_client_context(const checks::TlsClientOptions& options) {
  const SslErrors errors;
  auto context = owned<SslContext>(SSL_CTX_new(TLS_client_method()));
  require(SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION));
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (options.ca_file.empty()) {
    require(SSL_CTX_set_default_verify_paths(context.get()));
  } else {
    // An authority of the file is trusted, also if another one has signed it.
    X509_STORE_set_flags(SSL_CTX_get_cert_store(context.get()), X509_V_FLAG_PARTIAL_CHAIN);
    for (const auto& authority : PemFile{options.ca_file}.certificates())
      require(X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.get()));
  }
  if (!options.certificate_file.empty()) use_certificate(context.get(), options.certificate_file, options.key_file);
  return context;
}

std::string handshake_problem(const Connected& connection, const TlsStream& stream, int error) {
  const auto verified = SSL_get_verify_result(stream.session());
  if (verified != X509_V_OK)
    return "the certificate of " + connection.peer + " is refused: " + X509_verify_cert_error_string(verified);
  const auto reason = stream.problem().empty() ? std::generic_category().message(error) : stream.problem();
  return "the TLS handshake with " + connection.peer + " failed: " + reason;
}

}  // namespace

TlsClient::TlsClient(const std::string& check, checks::TlsClientOptions options, TlsProtocol protocol)
    : options_{std::move(options)}, protocol_{protocol} {
  constexpr std::size_t longest_name = 253;  // https://www.rfc-editor.org/rfc/rfc1035#section-3.1, as text
  if (options_.server_name.size() > longest_name || options_.server_name.find('\0') != std::string::npos)
    throw std::invalid_argument{"vitals: " + check + ": `server_name` must be a name of at most 253 bytes"};
  if (options_.certificate_file.empty() != options_.key_file.empty())
    throw std::invalid_argument{"vitals: " + check + ": `certificate_file` and `key_file` must both be set, or none"};
}

SslContext TlsClient::context() {
  const std::lock_guard lock{mutex_};
  const std::array present{mark_of(options_.ca_file), mark_of(options_.certificate_file), mark_of(options_.key_file)};
  if (!context_ || present != marks_) {
    context_ = make_client_context(options_);
    marks_ = present;
  }
  require(SSL_CTX_up_ref(context_.get()));
  return SslContext{context_.get()};
}

std::unique_ptr<TlsStream> TlsClient::make_stream(int fd, const std::string& host, bool is_chosen_server) {
  const SslErrors errors;
  auto stream = std::make_unique<TlsStream>(context().get(), fd);
  auto* const session = stream->session();
  const bool has_other_name = is_chosen_server && !options_.server_name.empty();
  expect_host(session, has_other_name ? options_.server_name : host);
  if (!is_chosen_server) SSL_certs_clear(session);
  if (protocol_ != TlsProtocol::http_1_1) return stream;
  if (SSL_set_alpn_protos(session, http_1_1.data(), http_1_1.size()) != 0) throw std::bad_alloc{};  // 0 is success
  return stream;
}

void TlsClient::shake_hands(Connected& connection, const std::string& host, bool is_chosen_server,
                            const RunLimit& limit) try {
  auto stream = make_stream(connection.socket.fd(), host, is_chosen_server);
  while (stream->shake_hands() < 0) {
    const int error = errno;
    if (error == EAGAIN) (void)limit.wait(connection.socket.fd(), stream->wants());
    const bool goes_on = error == EAGAIN || error == EINTR;
    if (goes_on && !limit.is_over()) continue;
    connection.error = goes_on ? connection.peer + " doesn't finish the TLS handshake: " + limit.message()
                               : handshake_problem(connection, *stream, error);
    stream = nullptr;
    connection.socket = {};
    return;
  }
  connection.layer = std::move(stream);
} catch (const std::system_error& error) {
  connection.error = error.what();
  connection.socket = {};
}

SSL* TlsClient::session_of(const Connected& connection) noexcept {
  const auto* const stream = dynamic_cast<const TlsStream*>(connection.layer.get());
  return stream == nullptr ? nullptr : stream->session();
}

}  // namespace detail
}  // namespace vitals::inline v1
