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
  explicit TlsShared(const TlsOptions& options) : files{options}, budget{options.max_handshakes_per_second} {}

  TlsFiles files;
  HandshakeBudget budget;
};

/// One TLS connection. It begins to cost something when the first byte has come.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: on the server's turn only.
class TlsTransport final : public Transport {
 public:
  /// Reads of the socket in a row, before other connections have their turn.
  static constexpr int reads_per_turn = 16;
  /// Turns in a row that ended among records without data, such as key updates. Who sends more has no request.
  static constexpr int most_empty_turns = 2;

  TlsTransport(int fd, const PeerAddress& peer, TlsShared& shared);
  /// Tells the peer that no more will come, unless the connection is broken.
  ~TlsTransport() override;

  Handshake handshake(SteadyTime now, std::string_view early) override;
  Transfer receive(char* data, std::size_t size) override;
  Transfer send(std::string_view bytes) override;
  [[nodiscard]] bool has_input() const noexcept override;
  [[nodiscard]] bool end_output() noexcept override;

 private:
  [[nodiscard]] Handshake begin(SteadyTime now, std::string& trouble);
  [[nodiscard]] Handshake step();
  [[nodiscard]] Handshake refuse_plain();
  [[nodiscard]] Handshake failed();
  [[nodiscard]] Transfer received(std::size_t size) noexcept;
  [[nodiscard]] Transfer drained() noexcept;
  [[nodiscard]] Transfer too_long() noexcept;
  void send_close_notify() noexcept;

  TlsSocket socket_;
  PeerAddress peer_;
  TlsShared& shared_;
  SslSession session_ = nullptr;  ///< Null until the handshake begins.
  bool broken_ = false;
  bool exhausted_ = false;  ///< What is buffered is the beginning of a record: the rest hasn't come.
  int empty_turns_ = 0;     ///< In a row.
};

}  // namespace detail
}  // namespace vitals::inline v1
