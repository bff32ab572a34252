#pragma once

#include <array>
#include <mutex>
#include <string>
#include <string_view>

#include <vitals/checks/tls_client.hpp>

#include "checks/run_limit.hpp"
#include "checks/stream_socket.hpp"
#include "tls/file_mark.hpp"
#include "tls/openssl.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The client's side of TLS, for one check.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class TlsClient {
 public:
  /// @param check  Its name in messages.
  /// @throws std::invalid_argument  if there is a certificate without a key or the other way round.
  TlsClient(const std::string& check, checks::TlsClientOptions options);

  /// Shakes hands over the socket of a connection and adds the layer. If that fails, there is no connection any more, and
  /// `error` says why.
  /// @param host  Whose certificate the server must have, unless the options name another one.
  void shake_hands(Connected& connection, const std::string& host, const RunLimit& limit);

  /// The session of a connection after its handshake; null without one.
  [[nodiscard]] static SSL* session_of(const Connected& connection) noexcept;

 private:
  /// @throws std::system_error  naming a file that can't be used.
  [[nodiscard]] SslContext context();

  const checks::TlsClientOptions options_;
  std::mutex mutex_;
  std::array<FileMark, 3> marks_ = {};  ///< Of the files in `context_`.
  SslContext context_ = nullptr;
};

}  // namespace detail
}  // namespace vitals::inline v1
