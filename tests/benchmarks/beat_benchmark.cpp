// Measures Heartbeat::beat() in ns: the minimum over rounds, since noise only adds time.

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <vitals/vitals.hpp>

int main() {
  using namespace std::chrono_literals;
  using std::chrono::steady_clock;
  constexpr int rounds = 200;
  constexpr int beats = 10'000;

  vitals::HealthRegistry health;
  const vitals::Heartbeat heartbeat{5s};
  health.add_liveness_check("loop", heartbeat);
  double least = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = steady_clock::now();
    for (int beat = 0; beat < beats; ++beat) heartbeat.beat();
    const std::chrono::duration<double, std::nano> took = steady_clock::now() - begin;
    least = std::min(least, took.count() / beats);
  }
  std::printf("%.2f\n", least);
}
