// The context would be destroyed before the first run.
// errors when wrong: 1
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/io_context.hpp>

#include <vitals/asio.hpp>
#include <vitals/vitals.hpp>

void register_check(vitals::HealthRegistry& health, boost::asio::io_context& io) {
#ifdef WRONG
  static_cast<void>(io);
  health.add_readiness_check("ping", vitals::run_on(boost::asio::io_context{}, [] { return true; }));
#else
  health.add_readiness_check("ping", vitals::run_on(io, [] { return true; }));
#endif
}
