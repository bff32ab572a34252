// A flag is read in place: there is nothing to run.
// errors when wrong: 1
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/io_context.hpp>

#include <vitals/asio.hpp>
#include <vitals/vitals.hpp>

void register_check(vitals::HealthRegistry& health, boost::asio::io_context& io) {
#ifdef WRONG
  health.add_readiness_check("feed", vitals::run_on(io, vitals::PushedCheck{vitals::CheckResult::pass()}));
#else
  static_cast<void>(io);
  health.add_readiness_check("feed", vitals::PushedCheck{vitals::CheckResult::pass()});
#endif
}
