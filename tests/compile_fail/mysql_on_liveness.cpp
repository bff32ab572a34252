// The ready-made remote check is refused on liveness like any other.
#include <vitals/checks/mysql.hpp>
#include <vitals/vitals.hpp>

void register_check(vitals::HealthRegistry& health) {
#ifdef WRONG
  health.add_liveness_check("mysql", vitals::checks::MySql{"mysql://app@db/app"});
#else
  health.add_readiness_check("mysql", vitals::checks::MySql{"mysql://app@db/app"});
#endif
}
