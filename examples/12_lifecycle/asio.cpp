// The main() of a service on one io_context.

#include <csignal>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/io_context.hpp>

#include <vitals/asio.hpp>
#include <vitals/vitals.hpp>

#include "asio_web.hpp"
#include "visitor.hpp"

int main() {
  boost::asio::io_context io;
  vitals::HealthRegistry health;
  health.add_liveness_check("event-loop", vitals::run_on(io, [] { return true; }));
  vitals::HostedServer server{io, health, {.port = 0}};  // 8080 in a service; 0 picks a free port
  vitals::Lifecycle lifecycle{health, server, {.stop_signals = {SIGTERM, SIGINT}}};
  AsioWeb web{io.get_executor(), lifecycle};
  lifecycle.on_stop_accepting("web", [&] { web.close_listener(); });

  server.start();
  const Visitor visitor{answers(server.port(), "/ready"), answers(web.port(), "/")};
  return lifecycle.run_or_exit({.loop = [&] { io.run(); }, .stop_loop = [&] { io.stop(); }});
}
