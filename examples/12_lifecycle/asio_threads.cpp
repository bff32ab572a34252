// The main() of an Asio service on several threads.

#include <csignal>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/thread_pool.hpp>

#include <vitals/asio.hpp>
#include <vitals/vitals.hpp>

#include "asio_web.hpp"
#include "visitor.hpp"

int main() {
  boost::asio::thread_pool pool{4};
  vitals::HealthRegistry health;
  health.add_liveness_check("event-loop", vitals::run_on(pool, [] { return true; }));
  vitals::HostedServer server{pool, health, {.port = 0}};  // 8080 in a service; 0 picks a free port
  vitals::Lifecycle lifecycle{health, server, {.stop_signals = {SIGTERM, SIGINT}}};
  AsioWeb web{pool.get_executor(), lifecycle};
  lifecycle.on_stop_accepting("web", [&] { web.close_listener(); });

  server.start();
  const Visitor visitor{answers(server.port(), "/ready"), answers(web.port(), "/")};
  // With an io_context instead of a pool, `loop` starts its threads and joins them.
  return lifecycle.run_or_exit({.loop = [&] { pool.join(); }, .stop_loop = [&] { pool.stop(); }});
}
