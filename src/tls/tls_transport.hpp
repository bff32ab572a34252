#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "server/peer_address.hpp"
#include "server/transport.hpp"
#include "tls/handshake_budget.hpp"
#include "tls/openssl.hpp"
#include "tls/socket_bio.hpp"
#include "tls/tls_files.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What the TLS connections of a server share. It outlives them.
struct TlsShared {
  explicit TlsShared(const TlsOptions& options)
      : files{options},
        budget{options.max_handshakes_per_second},
        most_handshake_bytes{options.client_certificate == ClientCertificate::none ? 32'768U : 131'072U} {}

  TlsFiles files;
  HandshakeBudget budget;
  const std::size_t most_handshake_bytes;  ///< From the peer: a ClientHello, and a chain of certificates.
};

/// One TLS connection. It allocates its session when the first byte has come.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: on the server's turn only.
class TlsTransport final : public Transport {
 public:
  /// Reads of the socket in a row, before other connections have their turn.
  static constexpr int reads_per_turn = 16;
  /// Key updates and the like that a connection may send after its handshake, in all. A client renews its keys after
  /// gigabytes; a peer that sends more messages is disconnected.
  static constexpr int most_messages = 32;

  TlsTransport(int fd, const PeerAddress& peer, TlsShared& shared);
  /// Tells the peer that no more will come, unless the connection is broken.
  ~TlsTransport() override;

  Handshake handshake(SteadyTime now, std::string_view early) override;
  Transfer receive(char* data, std::size_t size) override;
  Transfer send(std::string_view bytes) override;
  [[nodiscard]] bool has_input() const noexcept override;
  [[nodiscard]] bool end_output() noexcept override;

 private:
  [[nodiscard]] Handshake begin(SteadyTime now, std::string& log_line);
  [[nodiscard]] Handshake step();
  [[nodiscard]] Handshake refuse_plain();
  [[nodiscard]] std::string why_it_failed() const;
  void allow_reading() noexcept;
  [[nodiscard]] Transfer received(std::size_t size) noexcept;
  [[nodiscard]] Transfer drained() noexcept;
  void send_close_notify() noexcept;

  TlsSocket socket_;
  PeerAddress peer_;
  TlsShared& shared_;
  SslSession session_ = nullptr;  ///< Null until the handshake begins.
  bool broken_ = false;
  bool record_incomplete_ = false;  ///< What is buffered is the beginning of a record: the rest hasn't come.
  bool needs_room_ = false;         ///< The last read had to write first, and couldn't.
};

}  // namespace detail
}  // namespace vitals::inline v1
