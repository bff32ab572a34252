// The unit of 300 is missing.
#include <chrono>

#include <vitals/vitals.hpp>

using namespace std::chrono_literals;

void register_check(vitals::HealthRegistry& health) {
#ifdef WRONG
  const vitals::CheckOptions options{.timeout = 300};
#else
  const vitals::CheckOptions options{.timeout = 300ms};
#endif
  health.add_readiness_check(
      "ping", [] { return true; }, options);
}
