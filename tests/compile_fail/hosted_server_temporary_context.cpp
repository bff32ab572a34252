// The context would be destroyed before the first probe.
// errors when wrong: 1
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/io_context.hpp>

#include <vitals/asio.hpp>
#include <vitals/vitals.hpp>

void serve(vitals::HealthRegistry& health, boost::asio::io_context& io) {
#ifdef WRONG
  static_cast<void>(io);
  vitals::HostedServer server{boost::asio::io_context{}, health};
#else
  vitals::HostedServer server{io, health};
#endif
  server.start();
}
