// The compiler only says that no function matches: the line that it prints must explain what to do.
#include <vitals/vitals.hpp>

void use(vitals::HealthRegistry& health) {
#ifdef WRONG
  vitals::Endpoint endpoint{health, {.path = {"/up"}}};
#else
  vitals::Endpoint endpoint{health, {.readiness_paths = {"/up"}}};
#endif
}
