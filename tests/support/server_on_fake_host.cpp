#include "support/server_on_fake_host.hpp"

#include "support/tested_server.hpp"

namespace vitals_test {

std::unique_ptr<AnyServer> make_tested_server(vitals::HealthRegistry& health, vitals::HealthServerOptions options) {
  return std::make_unique<ServerOf<ServerOnFakeHost>>(health, std::move(options));
}

}  // namespace vitals_test
