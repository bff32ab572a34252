// Workers are added, beat, idle and are removed, all at the same time, besides probes and a listener.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/heartbeat_group.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "support/probe.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;

std::uint64_t workers_in(const Report& report) {
  for (const auto& [key, value] : report.find("workers")->data)
    if (key == "workers") return value.as_unsigned_integer();
  return 0;
}

TEST(ConcurrentGroupTest, CountsThePresentWorkers) {
  constexpr int threads = 4;
  constexpr int lives = 200;
  HealthRegistry health;
  const HeartbeatGroup workers{1h};
  health.add_liveness_check("workers", workers);
  std::atomic<int> failures = 0;
  const auto subscription = health.on_change([&](const HealthEvent& event) {
    if (event.to == Status::fail) ++failures;
  });
  const Runner runner{health};
  const auto live = [&](int thread) {
    for (int life = 0; life < lives; ++life) {
      const auto beat = workers.add("worker-" + std::to_string(thread));
      beat.beat();
      { const auto idle = beat.idle(); }
      workers.remove(beat);
    }
  };
  std::atomic<bool> over = false;
  std::uint64_t most = 0;
  std::thread prober{[&] {
    while (!over) most = std::max(most, workers_in(probe(health, Probe::liveness)));
  }};

  std::vector<std::thread> pool;
  for (int thread = 0; thread < threads; ++thread) pool.emplace_back(live, thread);
  for (auto& thread : pool) thread.join();
  over = true;
  prober.join();

  EXPECT_LE(most, std::uint64_t{threads});
  EXPECT_EQ(workers_in(health.report(Probe::liveness)), 0U);
  EXPECT_EQ(health.report(Probe::liveness).status(), Status::pass);
  EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace vitals::test
