#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <vitals/tls.hpp>

#include "core/base/text.hpp"
#include "tls/tls_transport.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using namespace std::chrono_literals;

class TlsConnections final : public Transports {
 public:
  explicit TlsConnections(const TlsOptions& options) : timeout_{options.handshake_timeout}, shared_{options} {}

  [[nodiscard]] std::unique_ptr<Transport> make(int fd, const PeerAddress& peer) override {
    return std::make_unique<TlsTransport>(fd, peer, shared_);
  }
  [[nodiscard]] Duration handshake_timeout() const noexcept override { return timeout_; }

 private:
  const Duration timeout_;
  TlsShared shared_;
};

class Tls final : public TransportLayer {
 public:
  explicit Tls(TlsOptions options) : options_{std::move(options)} {}

  [[nodiscard]] std::unique_ptr<Transports> open() const override { return std::make_unique<TlsConnections>(options_); }

 private:
  const TlsOptions options_;
};

[[noreturn]] void refuse(const std::string& rule) { throw std::invalid_argument{"vitals: TlsOptions: " + rule}; }

void require_usable(const TlsOptions& options) {
  constexpr std::size_t fewest = 10;
  constexpr std::size_t most = 100'000;
  if (options.certificate_file.empty()) refuse("certificate_file must be set");
  if (options.key_file.empty()) refuse("key_file must be set");
  const bool asks = options.client_certificate != ClientCertificate::none;
  if (asks && options.client_ca_file.empty()) refuse("client_ca_file must be set to ask clients for certificates");
  if (!asks && !options.client_ca_file.empty()) refuse("client_ca_file needs client_certificate: request or require");
  if (options.handshake_timeout < 100ms || options.handshake_timeout > 10min)
    refuse("handshake_timeout must be 100 ms to 10 min, not " + spoken(options.handshake_timeout));
  if (options.max_handshakes_per_second < fewest || options.max_handshakes_per_second > most)
    refuse("max_handshakes_per_second must be 10 to 100000, not " + std::to_string(options.max_handshakes_per_second));
}

}  // namespace
}  // namespace detail

std::shared_ptr<const detail::TransportLayer> tls(TlsOptions options) {
  detail::require_usable(options);
  // OpenSSL's clean-up at exit then comes after the end of a server with static storage.
  (void)OPENSSL_init_ssl(0, nullptr);
  return std::make_shared<detail::Tls>(std::move(options));
}

}  // namespace vitals::inline v1
