#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include <vitals/clock.hpp>
#include <vitals/export.hpp>
#include <vitals/server.hpp>

namespace vitals::inline v1 {

/// Whether clients must prove who they are.
enum class ClientCertificate {
  none,     ///< They aren't asked for a certificate.
  request,  ///< They are asked. Those that send none are served; a certificate that isn't valid ends the handshake.
  require,  ///< Without a valid certificate there is no connection. A kubelet sends none, so its probes would fail.
};

/// How a server proves who it is, whom it serves, and what handshakes may cost.
///
/// All files are PEM. They are checked when a handshake begins, at most once a second: if one has changed, all are read
/// again, also behind symbolic links that Kubernetes has replaced. If they can't be used, or the key doesn't
/// fit the certificate, the server keeps the old ones and logs why, once per change.
struct TlsOptions {
  /// The server's certificate, which intermediate ones may follow.
  std::string certificate_file = {};
  /// Its private key, without a passphrase. Handshakes run on the server's thread, and one with an RSA key of 2048 bits
  /// takes half as long again as with an ECDSA key (P-256): take ECDSA.
  std::string key_file = {};
  /// More intermediate certificates; empty: all are in `certificate_file`.
  std::string chain_file = {};
  ClientCertificate client_certificate = ClientCertificate::none;
  /// The authorities that sign clients' certificates, intermediate ones included. Needed for `request` and `require`,
  /// refused for `none`.
  std::string client_ca_file = {};
  /// How long a handshake may take from its first byte, 100 ms to 10 min; then the connection is closed.
  Duration handshake_timeout = std::chrono::seconds{10};
  /// Handshakes per second, 10 to 100000; more are refused before they cost anything. Half of them are reserved for
  /// addresses that have had few in this second, so that one busy client can't keep a kubelet out: a proxy on another
  /// machine can use half and 4 more.
  std::size_t max_handshakes_per_second = 200;
};

/// TLS for a HealthServer or a HostedServer: 1.2 and 1.3, ALPN `http/1.1`, without renegotiation and session tickets.
///
/// @code
/// #include <vitals/tls.hpp>   // link vitals::tls
/// vitals::HealthServer server{health, {.port = 8443, .tls = vitals::tls({.certificate_file = "/tls/tls.crt",
///                                                                        .key_file = "/tls/tls.key"})}};
/// server.start();   // throws std::system_error naming the file if they can't be used
/// @endcode
///
/// A request without TLS gets 400 as plain text. Failed, slow and refused handshakes are counted in LimitCounts.
///
/// @returns  What HealthServerOptions::tls takes. Several servers may share it; each start() reads the files.
/// @throws std::invalid_argument  naming the option and the rule, if one is missing or out of range.
[[nodiscard]] VITALS_EXPORT std::shared_ptr<const detail::TransportLayer> tls(TlsOptions options);

}  // namespace vitals::inline v1

#endif
