#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "support/client_wire.hpp"
#include "tls/openssl.hpp"
#include "tls/socket_bio.hpp"

namespace vitals_test {

/// A client's end of a TLS connection that verifies nothing, as a kubelet's. Waits at most 30 s.
class TlsWire final : public ClientWire {
 public:
  /// Shakes hands. If that fails, the connection has ended.
  /// @param fd  Becomes non-blocking.
  explicit TlsWire(int fd);
  ~TlsWire() override;

  ssize_t send(std::string_view bytes) override;
  ssize_t receive(char* data, std::size_t size) override;
  bool wait_for_input(std::chrono::milliseconds time) override;
  void stop_sending() override;

  [[nodiscard]] bool is_established() const noexcept { return established_; }
  [[nodiscard]] SSL* session() const noexcept { return session_.get(); }
  /// Whether the server has said that no more will come.
  [[nodiscard]] bool was_told_the_end() const noexcept;

 private:
  /// Repeats a call until it doesn't have to wait. @returns Its result; 0 or less at the end.
  template <class Call>
  int repeat(Call call, std::chrono::milliseconds time);

  vitals::detail::TlsSocket socket_;
  vitals::detail::SslSession session_;
  bool established_ = false;
};

}  // namespace vitals_test
