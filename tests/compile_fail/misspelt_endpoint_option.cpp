// The compiler only says that nothing matches: the line that it shows says what to do.
#include <vitals/vitals.hpp>

void use(vitals::HealthRegistry& health) {
#ifdef WRONG
  vitals::Endpoint endpoint{health, {.path = {"/up"}}};
#else
  vitals::Endpoint endpoint{health, {.readiness_paths = {"/up"}}};
#endif
}
