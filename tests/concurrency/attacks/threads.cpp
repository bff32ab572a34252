// Threads that can't be created, and threads that are no longer needed.

#include <chrono>
#include <string>
#include <system_error>

#include "scenarios.hpp"
#include "support/descriptors.hpp"
#include "thread_supply.hpp"
#include "watch.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using vitals::every;
using vitals::on_demand;
using vitals::Probe;

template <class F>
bool refuses_with_new_threads(int count, F&& start) {
  limit_new_threads(count);
  bool refused = false;
  try {
    start();
  } catch (const std::system_error&) {
    refused = true;
  }
  unlimit_new_threads();
  return refused;
}

void attack_the_start(Attack& attack) {
  const Watch watch;
  vitals::HealthRegistry health;
  health.add_readiness_check("database", watch.over([](const auto&) {}));
  vitals::HealthServer server{health, {.address = "127.0.0.1", .port = 0}};
  const auto descriptors = open_descriptors();
  const auto before = threads();

  attack.expect(refuses_with_new_threads(0, [&] { server.start(); }), "start() throws std::system_error");
  attack.expect(refuses_with_new_threads(0, [&] { const vitals::Runner runner{health}; }),
                "Runner throws std::system_error");
  attack.expect(watch.runs() == 0, "neither ran a check");
  int refused = 1;
  while (refused < 10 && refuses_with_new_threads(refused, [&] { server.start(); })) ++refused;

  attack.expect(refused < 10 && server.port() != 0, "the server starts as soon as it has the threads that it needs");
  server.stop();
  attack.expect_soon("neither left a thread, a descriptor or a port behind",
                     [&] { return threads() == before && open_descriptors() == descriptors && server.port() == 0; });
}

}  // namespace

void threads_cannot_be_created(Attack& attack) {
  attack_the_start(attack);
  const HoldUp hang;
  const Watch hung;
  const Watch watch;
  Service service;
  service.health.add_liveness_check("alive", watch.over([](const auto&) {}), well());
  service.health.add_readiness_check("queue", watch.over([](const auto&) {}), {.schedule = every(100ms)});
  attack.expect_recovery(service, "/ready");

  bool failing = false;
  attack.probe(service, {.meanwhile = [&] {
                 if (std::exchange(failing, true)) return;
                 limit_new_threads(0);  // the threads that probe exist by now
                 for (int i = 0; i < 20; ++i)
                   service.health.add_readiness_check("hung-" + std::to_string(i),
                                                      hung.over([hang](const auto&) { hang.wait(); }));
               }});

  attack.expect(hung.runs() < 20, "not all that hang found a thread");
  attack.expect(service.endpoint.handle({.target = "/ready"}).value().status == 503, "readiness fails");
  unlimit_new_threads();
  attack.expect_soon("once there are threads, all have been run", [&] { return hung.runs() == 20; });
  hang.release();
  attack.expect_recovery(service, "/ready");
  attack.expect(watch.overlaps() + hung.overlaps() == 0, "no check ran beside itself");
}

void threads_go_after_idling(Attack& attack) {
  constexpr int checks = 200;
  constexpr auto longest_linger = 30s;
  const auto before = threads();
  Service service;
  attack.expect(threads() == before + 1, "a server without checks has one thread");
  const HoldUp hang;
  const Watch watch;
  std::vector<vitals::CheckHandle> handles;
  for (int i = 0; i < checks; ++i)
    handles.push_back(service.health.add_readiness_check(
        "hung-" + std::to_string(i), watch.over([hang](const auto&) { hang.wait(); }), {.timeout = 10ms}));
  attack.expect_soon("all of them run", [&] { return watch.runs() == checks; });
  attack.probe(service, {.duration = 500ms});
  attack.expect(threads() >= before + checks, "each that hangs has a thread");
  attack.expect_bounded_threads();

  hang.release();
  attack.expect_recovery(service, "/ready");
  for (const auto& handle : handles) handle.remove();

  attack.expect_soon(
      "the threads go when there is nothing to run", [&] { return threads() <= before + 1; }, longest_linger);
}

}  // namespace vitals_test
