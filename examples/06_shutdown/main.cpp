// An orderly shutdown: readiness fails first, the server keeps answering until load balancers have noticed, then it
// stops.

#include <chrono>
#include <future>

#include <vitals/vitals.hpp>

#include "../ask.hpp"

using namespace std::chrono_literals;

int main() {
  vitals::HealthRegistry health;
  health.add_liveness_check("process", [] { return true; });
  vitals::HealthServer server{health, {.port = 0}};
  vitals::Lifecycle lifecycle{health, server, {.propagation_delay = 10s}};  // time for load balancers to notice
  server.start();
  auto status = std::async(std::launch::async, [&] { return lifecycle.run(); });
  expect(ask(server.port(), "/ready").status == 200, "ready at first");

  lifecycle.begin_shutdown("SIGTERM");  // readiness fails now and for good; liveness stays as it is
  expect(ask(server.port(), "/ready").status == 503, "no longer ready");
  expect(ask(server.port(), "/healthz").status == 200, "but alive: draining is not dying");

  lifecycle.shorten("the example ends at once");
  expect(status.get() == 0, "every step ended in order");
  expect(server.port() == 0, "the server has stopped");
}
