// The main() of a service with threads of its own.

#include <csignal>

#include <vitals/vitals.hpp>

#include "visitor.hpp"
#include "web.hpp"

int main() {
  vitals::HealthRegistry health;
  health.add_readiness_check("database", [] { return true; });
  vitals::HealthServer server{health, {.port = 0}};  // 8080 in a service; 0 picks a free port
  vitals::Lifecycle lifecycle{health, server, {.stop_signals = {SIGTERM, SIGINT}}};
  Web web{lifecycle};  // for each request: if (auto work = lifecycle.begin_work()) ...
  lifecycle.on_stop_accepting("web", [&] { web.close_listener(); });

  web.start();
  server.start();
  const Visitor visitor{answers(server.port(), "/ready"), answers(web.port(), "/")};
  return lifecycle.run_or_exit();  // returns after SIGTERM, once everything has stopped
}
