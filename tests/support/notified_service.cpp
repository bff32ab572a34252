// A service for a real systemd. Files in its working directory rule it: "started" ends its startup, "dead" makes its
// liveness fail, and while "reload" exists it reloads. With an argument it triggers the watchdog.

#include <chrono>
#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>

#include <vitals/lifecycle.hpp>
#include <vitals/registry.hpp>
#include <vitals/systemd.hpp>

namespace {

using namespace std::chrono_literals;
using std::filesystem::exists;

int serve(bool triggers) {
  vitals::HealthRegistry health;
  const vitals::SystemdNotifier systemd{health, {.trigger_watchdog = triggers}};
  std::optional<vitals::SystemdReload> reload;
  health.add_startup_check("start", [] { return exists("started"); }, {.schedule = vitals::every(10ms)});
  const vitals::ScopedCheck loop =
      health.add_liveness_check("loop",
                                [&] {
                                  if (exists("reload") != reload.has_value())
                                    reload = reload ? std::nullopt : std::optional{systemd.reloading()};
                                  return !exists("dead");
                                },
                                {.schedule = vitals::every(10ms)});
  vitals::Lifecycle lifecycle{health, {.propagation_delay = 2s, .stop_signals = {SIGTERM}}};
  return lifecycle.run_or_exit();
}

}  // namespace

int main(int argc, char**) {
  try {
    return serve(argc > 1);
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
