// It is unclear whether an int's zero means success.
#include <vitals/vitals.hpp>

void register_check(vitals::HealthRegistry& health) {
#ifdef WRONG
  health.add_readiness_check("ping", [] { return 0; });
#else
  health.add_readiness_check("ping", [] { return true; });
#endif
}
