#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <vitals/checks/tls_client.hpp>

#include "checks/run_limit.hpp"
#include "checks/stream_socket.hpp"
#include "tls/file_mark.hpp"
#include "tls/openssl.hpp"
#include "tls/tls_stream.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What the server must be ready to speak over TLS.
enum class TlsProtocol { any, http_1_1 };

/// The client's side of TLS, for one check.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class TlsClient {
 public:
  /// @param check  Its name in messages.
  /// @throws std::invalid_argument  if there is a certificate without a key or the other way round.
  TlsClient(const std::string& check, checks::TlsClientOptions options, TlsProtocol protocol);

  /// Shakes hands over the socket of a connection and adds the layer. If that fails, there is no connection any more,
  /// and `error` says why.
  /// @param host              Whose certificate the server must have, unless the options name another one.
  /// @param is_chosen_server  Whether it is the one that the options are about. One that a redirect leads to must have
  ///                          its own name, and doesn't see the certificate of the check.
  void shake_hands(Connected& connection, const std::string& host, bool is_chosen_server, const RunLimit& limit);

  /// The session of a connection after its handshake; null without one.
  [[nodiscard]] static SSL* session_of(const Connected& connection) noexcept;

 private:
  /// @throws std::system_error  naming a file that can't be used.
  [[nodiscard]] SslContext context();

  [[nodiscard]] std::unique_ptr<TlsStream> make_stream(int fd, const std::string& host, bool is_chosen_server);

  const checks::TlsClientOptions options_;
  const TlsProtocol protocol_;
  std::mutex mutex_;
  std::array<FileMark, 3> marks_ = {};  ///< Of the files in `context_`.
  SslContext context_ = nullptr;
};

}  // namespace detail
}  // namespace vitals::inline v1
