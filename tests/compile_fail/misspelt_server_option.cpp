// The compiler only says that no function matches: the line that it prints must explain what to do.
#include <vitals/vitals.hpp>

void use(vitals::HealthRegistry& health) {
#ifdef WRONG
  vitals::HealthServer server{health, {.prot = 8080}};
#else
  vitals::HealthServer server{health, {.port = 8080}};
#endif
}
