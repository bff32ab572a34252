#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "checks/stream_socket.hpp"
#include "tls/openssl.hpp"
#include "tls/socket_bio.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The client's end of a TLS connection.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class TlsStream final : public StreamLayer {
 public:
  /// @param fd  A non-blocking socket that outlives it.
  TlsStream(SSL_CTX* context, int fd);
  /// Tells the server that no more will come; doesn't wait for the same from it.
  ~TlsStream() override;

  /// A step of the handshake: as send(), 1 when it is done. EINTR means to call again: each call reads a little only.
  ssize_t shake_hands();
  ssize_t send(std::string_view bytes) override;
  ssize_t receive(char* data, std::size_t size) override;
  [[nodiscard]] short wants() const noexcept override { return wants_; }
  [[nodiscard]] std::string problem() const override { return problem_; }
  [[nodiscard]] SSL* session() const noexcept { return session_.get(); }

 private:
  void allow_reading() noexcept;
  void read_alert();
  /// What a call of OpenSSL has come to.
  ssize_t outcome(int result, std::size_t size);

  TlsSocket socket_;
  SslSession session_;
  short wants_ = 0;
  bool broken_ = true;  ///< Until the handshake is done.
  std::string problem_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
