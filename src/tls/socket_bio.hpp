#pragma once

#include <string>

#include "tls/openssl.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A socket as OpenSSL reads and writes it.
struct TlsSocket {
  /// Bytes.
  static constexpr int most_per_read = 1024;
  int fd = -1;
  std::string early = {};  ///< Bytes that come before those of the socket.
  bool empty = false;      ///< The last read found nothing.
  bool drained = false;    ///< The last read got less than it could: the next bytes are an event.
  bool refused = false;    ///< The last read wasn't allowed.
  /// How many more reads are allowed; negative: any number. OpenSSL itself would read records without data, such as key
  /// updates, as long as they come.
  int allowed = -1;
  bool ended = false;  ///< The peer won't send any more.
};

/// OpenSSL's own socket BIO raises SIGPIPE, which kills applications, and doesn't tell whether a socket is drained.
/// @param socket  Outlives it.
/// @throws std::bad_alloc
[[nodiscard]] SslBio make_socket_bio(TlsSocket& socket);

}  // namespace detail
}  // namespace vitals::inline v1
