// The compiler only says that no function matches: the line that it prints must explain what to do.
#include <vitals/vitals.hpp>

void use(vitals::HealthRegistry& health) {
#ifdef WRONG
  vitals::HealthRegistry other{{.clok = {}}};
#else
  vitals::HealthRegistry other{{.clock = {}}};
#endif
  (void)health;
}
