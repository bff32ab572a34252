// A service of Type=notify. Outside a unit it ends as soon as it has started, so that you can try it.

#include <chrono>
#include <csignal>
#include <stop_token>
#include <thread>

#include <vitals/systemd.hpp>
#include <vitals/vitals.hpp>

using namespace std::chrono_literals;

int main() {
  vitals::HealthRegistry health{{.startup_limit = 5min}};
  const vitals::SystemdNotifier systemd{health};  // nothing outside a unit
  const vitals::PushedCheck migration{vitals::CheckResult::fail("not begun")};
  health.add_startup_check("migration", migration);
  const vitals::Heartbeat beat{5s};
  health.add_liveness_check("worker", beat);

  vitals::HealthServer server{health, {.port = 0}};  // 8080 in a service; 0 picks a free port
  vitals::Lifecycle lifecycle{health, server, {.propagation_delay = 0s, .stop_signals = {SIGTERM, SIGINT}}};
  std::jthread worker;
  lifecycle.on_stop("worker", [&] {
    worker.request_stop();
    worker.join();
  });
  worker = std::jthread{[&](const std::stop_token& stop) {
    migration.set(true);  // READY=1
    if (!systemd.in_unit()) lifecycle.begin_shutdown("not in a unit");
    for (; !stop.stop_requested(); std::this_thread::sleep_for(100ms)) beat.beat();
  }};
  return lifecycle.run_or_exit();
}
