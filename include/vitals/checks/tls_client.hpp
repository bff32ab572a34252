#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <string>

namespace vitals::inline v1 {
namespace checks {

/// Whom a check over TLS trusts, and how it proves who it is. Files are PEM; one that changes is read again.
///
/// @code
/// vitals::checks::Https{"https://auth:8443/ready", {}, {.ca_file = "/tls/ca.crt"}}
/// @endcode
struct TlsClientOptions {
  /// The authorities that may have signed the server's certificate, intermediate ones included; empty: those of the
  /// system, as they are when the check first runs.
  std::string ca_file = {};
  /// The check's own certificate, for servers that ask for one; empty: none. A redirect to another server
  /// doesn't get it.
  std::string certificate_file = {};
  /// Its private key, without a passphrase.
  std::string key_file = {};
  /// The name that the server's certificate must have; empty: the host that the check connects to. The server that a
  /// redirect leads to must have its own name.
  std::string server_name = {};
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
