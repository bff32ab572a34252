// The compiler only says that nothing matches: the line that it shows says what to do.
#include <vitals/vitals.hpp>

void use(vitals::HealthRegistry& health) {
#ifdef WRONG
  vitals::HealthRegistry other{{.clok = {}}};
#else
  vitals::HealthRegistry other{{.clock = {}}};
#endif
  (void)health;
}
