// The result of an asynchronous check goes to its completion; a second result, by return, would be dropped silently.
#include <vitals/vitals.hpp>

void register_check(vitals::HealthRegistry& health) {
#ifdef WRONG
  health.add_readiness_check("ping", [](const vitals::CheckContext&, vitals::CheckCompletion) { return true; });
#else
  health.add_readiness_check(
      "ping", [](const vitals::CheckContext&, vitals::CheckCompletion done) { done(vitals::CheckResult::pass()); });
#endif
}
