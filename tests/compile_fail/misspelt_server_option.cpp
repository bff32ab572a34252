// The compiler only says that nothing matches: the line that it shows says what to do.
#include <vitals/vitals.hpp>

void use(vitals::HealthRegistry& health) {
#ifdef WRONG
  vitals::HealthServer server{health, {.prot = 8080}};
#else
  vitals::HealthServer server{health, {.port = 8080}};
#endif
}
