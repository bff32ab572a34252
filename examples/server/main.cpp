#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <utility>

#include <vitals/kubernetes.hpp>
#include <vitals/page.hpp>
#include <vitals/vitals.hpp>

#include "database.hpp"
#include "notes_api.hpp"
#include "options.hpp"
#include "surroundings.hpp"
#include "web_server.hpp"
#include "worker.hpp"

namespace {

using namespace std::chrono_literals;

/// Added to the propagation delay: time for requests in flight and for the callbacks, and 5 s in reserve. With the
/// default delay the sum is the 30 s of the Kubernetes manifest.
constexpr std::chrono::seconds after_drain{20};
/// For the database call in flight.
constexpr std::chrono::seconds worker_budget = notes::NotesStore::time_limit + std::chrono::seconds{1};

int serve(const notes::Options& options) {
  vitals::HealthRegistry health;
  const vitals::Heartbeat beat{notes::Worker::beat_limit};
  const vitals::PushedCheck migration{vitals::CheckResult::fail("the migration hasn't begun")};
  health.add_liveness_check("worker", beat);           // about this process alone, never about the database
  health.add_startup_check("migration", migration);    // until it passes, readiness fails and liveness doesn't
  auto store = notes::open_database(options, health);  // adds the readiness check "database"
  notes::watch_surroundings(options, health);
  if (options.print_kubernetes) {
    std::cout << to_yaml(vitals::kubernetes_probes(health), {.indent = 10});  // as in examples/kubernetes
    return 0;
  }
  const auto log = health.on_change(vitals::log_changes(std::clog));

  vitals::HealthServer probes{health, {.port = options.health_port, .endpoint = {.routes = {vitals::page()}}}};
  vitals::Lifecycle lifecycle{health,
                              probes,
                              {.propagation_delay = options.drain,
                               .grace_period = options.drain + after_drain,
                               .stop_signals = {SIGTERM, SIGINT}}};
  notes::Worker worker{std::move(store), beat, migration, options.startup};
  notes::NotesApi api{worker};
  notes::WebServer web{api, lifecycle};
  lifecycle.on_stop_accepting("listener", [&] { web.stop_accepting(); });
  lifecycle.on_stop("connections", [&] { web.stop(); });
  lifecycle.on_stop(
      "worker", [&] { worker.stop(); }, worker_budget);

  web.listen(options.port);
  worker.start();
  probes.start();
  web.start();
  std::cout << "application: http://127.0.0.1:" << web.port() << "/notes\n"
            << "health: http://127.0.0.1:" << probes.port() << "/healthz" << std::endl;
  return lifecycle.run_or_exit();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string program = "vitals-example-server: ";
  try {
    signal(SIGPIPE, SIG_IGN);  // a closed log pipe must not end the service
    const notes::Options options = notes::parse_options({argv + 1, argv + argc}, std::getenv("DATABASE_URL"));
    if (options.help) {
      std::cout << notes::usage;
    } else if (options.version) {
      std::cout << "vitals-example-server " << vitals::version() << '\n';
    } else {
      return serve(options);
    }
    return 0;
  } catch (const notes::UsageError& error) {
    std::cerr << program << error.what() << "; see --help" << std::endl;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << program << error.what() << std::endl;
    return 1;
  }
}
