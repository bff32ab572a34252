#include "attack.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <thread>

#include "machine.hpp"
#include "probers.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// design.md, "Runner": threads in total, and the server's own. A thread that has just ended may still be listed.
constexpr std::size_t most_library_threads = 256 + 1;
constexpr std::size_t ending_threads = 8;
constexpr std::chrono::milliseconds least_allowance{50};

double in_ms(std::chrono::nanoseconds duration) { return static_cast<double>(duration.count()) / 1e6; }

void print_row(const std::string& name, Latencies& latencies, std::chrono::nanoseconds limit) {
  std::printf("  %-20s %8zu %8zu %9.2f %9.2f %9.2f %9.2f %6zu\n", name.c_str(), latencies.count(), latencies.good(),
              in_ms(latencies.per_mille(500)), in_ms(latencies.per_mille(990)), in_ms(latencies.per_mille(999)),
              in_ms(latencies.per_mille(1000)), latencies.over(limit));
}

// When an answer is late. Two threads wake up in a row on the way of one that has waited, and then it is written: both
// take as much longer as others use the machine.
std::chrono::nanoseconds limit_on(const Machine& machine) {
  if (sanitized) return Attack::kubelet_timeout;
  const auto to_write = std::chrono::duration_cast<std::chrono::nanoseconds>(least_allowance / machine.share());
  const auto allowance = std::max<std::chrono::nanoseconds>(2 * machine.late(), to_write);
  return std::min<std::chrono::nanoseconds>(Attack::budget + allowance, Attack::kubelet_timeout);
}

}  // namespace

std::size_t threads() {
  using std::filesystem::directory_iterator;
  return static_cast<std::size_t>(std::distance(directory_iterator{"/proc/self/task"}, directory_iterator{}));
}

Attack::Attack(std::string_view name, std::chrono::milliseconds duration)
    : duration_{duration}, threads_before_{threads()} {
  std::printf("%.*s\n", static_cast<int>(name.size()), name.data());
}

Latencies Attack::probe(const Service& service, const Probing& probing) { return measure(service, probing, true); }

Latencies Attack::probe_ungated(const Service& service, const Probing& probing) {
  return measure(service, probing, false);
}

Latencies Attack::measure(const Service& service, const Probing& probing, bool gated) {
  const auto end = steady_clock::now() + probing.duration.value_or(duration_);
  Probers probers{service, probing};
  Machine machine;
  do {
    if (probing.meanwhile) probing.meanwhile();
    const auto known = threads_before_ + static_cast<std::size_t>(probing.probers);
    most_threads_ = std::max(most_threads_, threads() - std::min(threads(), known));
    machine.wait(5ms);
  } while (steady_clock::now() < end);
  probers.stop();
  const auto limit = limit_on(machine);

  std::printf("  %-20s %8s %8s %9s %9s %9s %9s %6s\n", "ms", "answers", "200", "p50", "p99", "p99.9", "max", "over");
  Latencies all;
  for (auto& [route, latencies] : probers.latencies()) {
    auto row = latencies;
    print_row(route, row, limit);
    all.add(row);
  }
  const auto over = all.over(limit);
  std::printf("  the machine left %.0f %% of itself to this process, and was late by up to %.1f ms\n",
              machine.share() * 100, in_ms(machine.late()));
  std::printf("  over the budget of %.0f ms and %.0f ms for the machine: %zu%s\n", in_ms(budget), in_ms(limit - budget),
              over, gated ? "" : " (not a gate)");
  std::printf("  threads of the library: up to %zu\n", most_threads_);
  if (gated) expect(over == 0, "every answer came within the budget");
  return all;
}

void Attack::expect(bool holds, std::string_view what) {
  std::printf("  %s %.*s\n", holds ? "ok    " : "FAILED", static_cast<int>(what.size()), what.data());
  std::fflush(stdout);
  failed_ = failed_ || !holds;
}

void Attack::expect_soon(std::string_view what, const std::function<bool()>& is_so, std::chrono::seconds limit) {
  const auto end = steady_clock::now() + limit;
  while (!is_so() && steady_clock::now() < end) std::this_thread::sleep_for(10ms);
  expect(is_so(), what);
}

void Attack::expect_recovery(const Service& service, std::string_view target) {
  expect_soon(std::string{target} + " recovered by itself",
              [&] { return service.endpoint.handle({.target = target}).value().status == 200; });
}

void Attack::expect_bounded_threads() {
  expect(most_threads_ <= most_library_threads + ending_threads, "the threads kept to their bound");
}

}  // namespace vitals_test
