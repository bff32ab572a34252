// Attacks the library through its public headers; prints the latencies of its answers, and the promises that it broke.

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "attack.hpp"

namespace vitals_test {
namespace {

constexpr std::chrono::milliseconds default_duration{sanitized ? 2000 : 3000};

int usage() {
  std::fprintf(stderr, "Usage: attack SCENARIO [--seconds N]\n\nScenarios:\n");
  for (const auto& [name, run] : scenarios())
    std::fprintf(stderr, "  %.*s\n", static_cast<int>(name.size()), name.data());
  return 2;
}

int run(int count, const char* const* arguments) {
  if (count != 2 && count != 4) return usage();
  const auto scenario = scenarios().find(arguments[1]);
  if (scenario == scenarios().end()) return usage();
  auto duration = default_duration;
  if (count == 4) {
    const double seconds = std::atof(arguments[3]);
    if (std::string_view{arguments[2]} != "--seconds" || seconds <= 0) return usage();
    duration = std::chrono::milliseconds{static_cast<long>(seconds * 1000)};
  }
  std::thread{[] {
  }}.join();  // a sanitizer starts a thread of its own with the first one, which would count as the library's
  std::signal(SIGPIPE, SIG_IGN);  // one of the listeners writes to a pipe
  Attack attack{scenario->first, duration};
  scenario->second(attack);
  return attack.failed() ? 1 : 0;
}

}  // namespace
}  // namespace vitals_test

int main(int count, char** arguments) { return vitals_test::run(count, arguments); }
