// Servers with TLS, and clients that speak it: for tests that were written for plain sockets.

#include <cstdlib>
#include <memory>
#include <utility>

#include <vitals/tls.hpp>

#include "support/client_wire.hpp"
#include "support/program.hpp"
#include "support/server_on_host.hpp"
#include "support/test_certificates.hpp"
#include "support/tested_server.hpp"
#include "support/tls_wire.hpp"

namespace vitals_test {
namespace {

class Files {
 public:
  Files() { TestAuthority{}.issue().write_to(folder_.path()); }

  [[nodiscard]] vitals::TlsOptions options() const {
    return {.certificate_file = folder_.path() / "tls.crt",
            .key_file = folder_.path() / "tls.key",
            .max_handshakes_per_second = 100'000};
  }

 private:
  const TemporaryFolder folder_;
};

std::unique_ptr<ClientWire> make_tls_wire(int fd) { return std::make_unique<TlsWire>(fd); }

[[maybe_unused]] const bool clients_speak_tls = [] {
  make_client_wire = make_tls_wire;
  return true;
}();

}  // namespace

/// VITALS_TEST_HOST_THREADS selects a HostedServer.
std::unique_ptr<AnyServer> make_tested_server(vitals::HealthRegistry& health, vitals::HealthServerOptions options) {
  static const Files files;
  options.tls = vitals::tls(files.options());
  if (std::getenv("VITALS_TEST_HOST_THREADS") != nullptr)
    return std::make_unique<ServerOf<ServerOnHost>>(health, std::move(options));
  return std::make_unique<ServerOf<vitals::HealthServer>>(health, std::move(options));
}

}  // namespace vitals_test
