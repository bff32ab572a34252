// A group of heartbeats is read in place: there is nothing to run.
// errors when wrong: 1
#include <chrono>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/io_context.hpp>

#include <vitals/asio.hpp>
#include <vitals/vitals.hpp>

void register_check(vitals::HealthRegistry& health, boost::asio::io_context& io) {
#ifdef WRONG
  health.add_liveness_check("workers", vitals::run_on(io, vitals::HeartbeatGroup{std::chrono::seconds{5}}));
#else
  static_cast<void>(io);
  health.add_liveness_check("workers", vitals::HeartbeatGroup{std::chrono::seconds{5}});
#endif
}
