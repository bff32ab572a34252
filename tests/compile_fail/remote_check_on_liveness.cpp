// A database outage must not restart every replica.
#include <vitals/vitals.hpp>

struct PingDatabase {
  using remote_check = void;
  bool operator()() const { return true; }
};

void register_check(vitals::HealthRegistry& health) {
#ifdef WRONG
  health.add_liveness_check("database", PingDatabase{});
#else
  health.add_readiness_check("database", PingDatabase{});
#endif
}
