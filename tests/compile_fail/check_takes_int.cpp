// A callable with unknown parameters gets an error that lists the known ones.
#include <vitals/vitals.hpp>

void register_check(vitals::HealthRegistry& health) {
#ifdef WRONG
  health.add_readiness_check("ping", [](int) { return true; });
#else
  health.add_readiness_check("ping", [](const vitals::CheckContext&) { return true; });
#endif
}
