// The compiler only says that nothing matches: the line that it shows says what to do.
#include <vitals/vitals.hpp>

void use(vitals::HealthRegistry& health) {
#ifdef WRONG
  vitals::Lifecycle lifecycle{health, {.signals = {}}};
#else
  vitals::Lifecycle lifecycle{health, {.stop_signals = {}}};
#endif
}
