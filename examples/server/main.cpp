#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <vitals/vitals.hpp>

#include "database.hpp"
#include "notes_api.hpp"
#include "options.hpp"
#include "web_server.hpp"
#include "worker.hpp"

namespace {

/// SIGINT and SIGTERM, kept from every thread and waited for instead: no signal handler runs.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }

  [[nodiscard]] int wait() const {
    int number = 0;
    while (sigwait(&set_, &number) != 0) continue;
    return number;
  }

  /// Zero if there was none in that time.
  [[nodiscard]] int wait_for(std::chrono::seconds duration) const {
    const auto end = std::chrono::steady_clock::now() + duration;
    for (;;) {
      const auto left = std::chrono::nanoseconds{std::max(end - std::chrono::steady_clock::now(), {})};
      const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
      const timespec limit{static_cast<std::time_t>(seconds.count()), static_cast<long>((left - seconds).count())};
      const int number = sigtimedwait(&set_, nullptr, &limit);
      if (number > 0) return number;
      if (errno != EINTR) return 0;  // EINTR: the process was stopped and goes on
    }
  }

 private:
  sigset_t set_;
};

/// Goes on serving while load balancers notice that the instance isn't ready any more. A second signal ends it early.
void drain(vitals::HealthServer& probes, std::chrono::seconds duration, const Signals& signals) {
  const std::jthread draining{[&] { probes.drain(duration); }};
  if (signals.wait_for(duration) != 0) probes.stop();
}

void serve(const notes::Options& options, const Signals& signals) {
  vitals::HealthRegistry health;
  const vitals::Heartbeat beat{notes::Worker::beat_limit};
  const vitals::StatusFlag migration{vitals::CheckResult::fail("the migration has not begun")};
  health.add_liveness_check("worker", beat);         // about this process alone, never about the database
  health.add_startup_check("migration", migration);  // until it passes, readiness fails and liveness is shielded
  auto store = notes::open_database(options.database, health);  // adds the readiness check "database"
  const auto log = health.on_change(vitals::log_changes(std::clog));

  notes::Worker worker{std::move(store), beat, migration, options.startup};
  notes::NotesApi api{worker};
  notes::WebServer web{api};
  web.listen(options.port);
  vitals::HealthServer probes{health, {.port = options.health_port}};
  worker.start();
  probes.start();
  web.start();
  std::cout << "application: http://127.0.0.1:" << web.port() << "/notes\n"
            << "health: http://127.0.0.1:" << probes.port() << "/healthz" << std::endl;

  const int signal = signals.wait();
  health.begin_shutdown(signal == SIGTERM ? "SIGTERM" : "SIGINT");
  if (signal == SIGTERM) drain(probes, options.drain, signals);
  web.stop();
  worker.stop();
  probes.stop();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string program = "vitals-example-server: ";
  try {
    const Signals signals;     // before any thread, which inherits it
    signal(SIGPIPE, SIG_IGN);  // a log that nobody reads any more is no reason to end
    const notes::Options options = notes::parse_options({argv + 1, argv + argc});
    if (options.help) {
      std::cout << notes::usage;
    } else if (options.version) {
      std::cout << "vitals-example-server " << vitals::version() << '\n';
    } else {
      serve(options, signals);
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
