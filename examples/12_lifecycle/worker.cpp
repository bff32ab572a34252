// The main() of a worker without a server: it takes jobs from a queue and logs its health.

#include <chrono>
#include <csignal>
#include <iostream>

#include <vitals/vitals.hpp>

#include "../ask.hpp"
#include "queue.hpp"

using namespace std::chrono_literals;

int main() {
  vitals::HealthRegistry health;
  const vitals::Heartbeat beat{5s};
  health.add_liveness_check("worker", beat);
  const auto log = health.on_change(vitals::log_changes(std::clog));
  Queue queue;
  // No load balancer has to notice.
  vitals::Lifecycle lifecycle{health, {.propagation_delay = 0s, .stop_signals = {SIGTERM, SIGINT}}};

  queue.add([&] { expect(health.report(vitals::Probe::liveness).status() == vitals::Status::pass, "it is alive"); });
  queue.add([] { raise(SIGTERM); });  // so that this example ends by itself
  const auto work = [&] {
    while (const auto job = queue.take(beat)) (*job)();
  };
  return lifecycle.run_or_exit({.loop = work, .stop_loop = [&] { queue.close(); }});  // the job in progress ends first
}
