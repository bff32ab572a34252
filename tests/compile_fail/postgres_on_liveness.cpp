// The ready-made remote check is refused on liveness like any other.
#include <vitals/checks/postgres.hpp>
#include <vitals/vitals.hpp>

void register_check(vitals::HealthRegistry& health) {
#ifdef WRONG
  health.add_liveness_check("postgres", vitals::checks::Postgres{"postgresql://app@db/app"});
#else
  health.add_readiness_check("postgres", vitals::checks::Postgres{"postgresql://app@db/app"});
#endif
}
