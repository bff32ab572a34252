// A service for systemd's socket activation: its health server takes its address from the program's argument.

#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>

#include <vitals/vitals.hpp>

namespace {

int serve(const char* address) {
  vitals::HealthRegistry health;
  health.add_readiness_check("database", [] { return true; });
  vitals::HealthServer server{health, {.address = address}};
  vitals::Lifecycle lifecycle{
      health, server, {.propagation_delay = std::chrono::seconds{0}, .stop_signals = {SIGTERM}}};
  server.start();
  return lifecycle.run_or_exit();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    return serve(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
