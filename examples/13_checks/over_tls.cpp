// The lines of the checks over TLS, as README.md shows them. Registering connects nowhere: no server is needed.

#include <chrono>

#include <vitals/checks/certificate.hpp>
#include <vitals/checks/https.hpp>
#include <vitals/checks/remote_certificate.hpp>
#include <vitals/vitals.hpp>

using namespace std::chrono_literals;
using std::chrono::days;
namespace checks = vitals::checks;

static_assert(vitals::is_remote_check<checks::Https>::value &&
              vitals::is_remote_check<checks::RemoteCertificate>::value);

namespace {

void add_checks(vitals::HealthRegistry& health) {
  health.add_readiness_check("certificate", checks::Certificate{"/tls/tls.crt"}, {.critical = false});
  health.add_readiness_check("search", checks::Https{"https://search:9200/", {}, {.ca_file = "/tls/ca.crt"}});
  health.add_readiness_check("auth-certificate", checks::RemoteCertificate{"auth:443", {.warn_before = days{30}}},
                             {.schedule = vitals::every(1h), .critical = false});
}

}  // namespace

int main() {
  vitals::HealthRegistry health;
  add_checks(health);
  return health.report(vitals::Probe::readiness).checks().size() == 3 ? 0 : 1;
}
