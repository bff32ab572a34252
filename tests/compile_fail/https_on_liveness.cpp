// What asks another system is refused on liveness, over TLS as well.
#include <vitals/checks/https.hpp>
#include <vitals/vitals.hpp>

void register_check(vitals::HealthRegistry& health) {
#ifdef WRONG
  health.add_liveness_check("auth", vitals::checks::Https{"https://auth:8443/ready"});
#else
  health.add_readiness_check("auth", vitals::checks::Https{"https://auth:8443/ready"});
#endif
}
