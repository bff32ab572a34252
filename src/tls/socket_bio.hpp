#pragma once

#include <cstddef>
#include <string>

#include "tls/openssl.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A socket as OpenSSL reads and writes it.
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
struct TlsSocket {
  /// Bytes.
  static constexpr int most_per_read = 1024;
  int fd = -1;
  std::string early = {};     ///< Bytes that come before those of the socket.
  bool empty = false;         ///< The last read found nothing.
  bool drained = false;       ///< The last read got less than it could: the next bytes are an event.
  bool out_of_reads = false;  ///< The last read wasn't allowed.
  /// How many more reads are allowed; negative: any number. OpenSSL itself would read records without data, such as key
  /// updates, as long as they come.
  int reads_left = -1;
  std::size_t received = 0;  ///< Bytes, in all.
  int messages = 0;          ///< Of handshakes that the peer has sent since count_messages().
  int most_messages = -1;    ///< After more, reading fails; negative: any number.
  bool ended = false;        ///< The peer won't send any more.
};

/// OpenSSL's own socket BIO raises SIGPIPE, which kills applications, and doesn't tell whether a socket is drained.
/// @param socket  Outlives it.
/// @throws std::bad_alloc
[[nodiscard]] SslBio make_socket_bio(TlsSocket& socket);

/// From now on counts the messages that a session gets beside data, such as key updates.
void count_messages(SSL* session, TlsSocket& socket) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
