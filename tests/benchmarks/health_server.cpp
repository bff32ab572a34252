// A HealthServer as in an application, with checks that stay fresh while it is measured. Ends at SIGTERM.
//
//   --checks=N    readiness checks, 1 by default
//   --interval=S  their interval in seconds, 3600 by default; 0: instant checks instead
//   --address=A   where to listen, a free port of 127.0.0.1 by default
//   --listen=0    no server but a Runner: prints port 0
//   --vitals=0    nothing of vitals: prints port 0
//   --spin=N      N threads that compute without end

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

#include <vitals/vitals.hpp>

#include "benchmarks/spinning.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;

void add_checks(vitals::HealthRegistry& health, int checks, int interval) {
  static const vitals::PushedCheck flag{vitals::CheckResult::pass()};
  for (int i = 0; i < checks; ++i) {
    const auto name = "check-" + std::to_string(i);
    if (interval == 0)
      health.add_readiness_check(name, flag);
    else
      health.add_readiness_check(name, [] { return true; },
                                 {.schedule = vitals::every(std::chrono::seconds{interval})});
  }
}

void wait_until_ready(const vitals::HealthRegistry& health) {
  while (health.report(vitals::Probe::readiness).status() != vitals::Status::pass) std::this_thread::sleep_for(1ms);
}

void wait_for_sigterm(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
}

/// Limits for 10,000 connections, and timeouts that are longer than the measurement.
vitals::HealthServerOptions options(const std::string& address) {
  return {.address = address.empty() ? "127.0.0.1" : address, .port = 0, .idle_timeout = 1h, .max_connections = 20'000};
}

void run(int argc, char** argv, const sigset_t& signals) {
  const bool listens = number_option(argc, argv, "listen", 1) != 0;
  const int spinning = number_option(argc, argv, "spin", 0);
  if (number_option(argc, argv, "vitals", 1) == 0) {
    tell_port(0);
    return wait_for_sigterm(signals);
  }
  vitals::HealthRegistry health;
  add_checks(health, number_option(argc, argv, "checks", 1), number_option(argc, argv, "interval", 3600));
  std::optional<vitals::Runner> runner;
  std::optional<vitals::HealthServer> server;
  if (listens)
    server.emplace(health, options(text_option(argc, argv, "address"))).start();
  else
    runner.emplace(health);
  wait_until_ready(health);
  spin(spinning);
  tell_port(listens ? server->port() : 0);
  wait_for_sigterm(signals);
}

}  // namespace
}  // namespace vitals_test

int main(int argc, char** argv) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  vitals_test::run(argc, argv, signals);
  _Exit(0);  // the spinning threads never end
}
