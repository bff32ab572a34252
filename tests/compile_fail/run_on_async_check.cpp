// An asynchronous check chooses its own executor.
// errors when wrong: 1
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/io_context.hpp>

#include <vitals/asio.hpp>
#include <vitals/vitals.hpp>

void register_check(vitals::HealthRegistry& health, boost::asio::io_context& io) {
#ifdef WRONG
  health.add_readiness_check("ping", vitals::run_on(io, [](const vitals::CheckContext&, vitals::CheckCompletion) {}));
#else
  health.add_readiness_check("ping", vitals::run_on(io, [](const vitals::CheckContext&) {}));
#endif
}
