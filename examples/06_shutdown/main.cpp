// An end in order: readiness fails first, and what is still asked meanwhile is answered.

#include <chrono>
#include <thread>

#include <vitals/vitals.hpp>

#include "../ask.hpp"

using namespace std::chrono_literals;

int main() {
  vitals::HealthRegistry health;
  health.add_liveness_check("process", [] { return true; });
  vitals::HealthServer server{health, {.port = 0}};
  server.start();
  expect(ask(server.port(), "/ready").status == 200, "ready at first");

  health.begin_shutdown("SIGTERM");  // readiness fails now and for good; liveness stays as it is
  const std::jthread load_balancer{[&, port = server.port()] {
    expect(ask(port, "/ready").status == 503, "not ready any more");
    expect(ask(port, "/healthz").status == 200, "but alive: draining is not dying");
    server.stop();  // so that this example ends at once
  }};
  server.drain(10s);  // keep answering while load balancers notice; ends early on stop().
  server.stop();      // noexcept, idempotent, from any thread; the destructor does the same
}
