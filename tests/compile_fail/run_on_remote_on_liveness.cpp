// A remote check is refused on liveness, on whatever executor it runs.
// errors when wrong: 1
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/io_context.hpp>

#include <vitals/asio.hpp>
#include <vitals/vitals.hpp>

struct PingDatabase {
  using remote_check = void;
  bool operator()() const { return true; }
};

void register_check(vitals::HealthRegistry& health, boost::asio::io_context& io) {
#ifdef WRONG
  health.add_liveness_check("database", vitals::run_on(io, PingDatabase{}));
#else
  health.add_readiness_check("database", vitals::run_on(io, PingDatabase{}));
#endif
}
