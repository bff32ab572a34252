// The compiler only says that no function matches: the line that it prints must explain what to do.
#include <chrono>

#include <vitals/vitals.hpp>

using namespace std::chrono_literals;

void use(vitals::HealthRegistry& health) {
#ifdef WRONG
  health.add_readiness_check("ping", [] { return true; }, {.time_out = 1s});
#else
  health.add_readiness_check("ping", [] { return true; }, {.timeout = 1s});
#endif
}
