#include "attack.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <thread>

#include "probers.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// src/README.md, "Threads": the most threads in total, and the server's own. A thread that has just ended may still be
// listed.
constexpr std::size_t most_library_threads = 256 + 1;
constexpr std::size_t ending_threads = 8;
constexpr std::size_t control_threads = 1;
constexpr std::chrono::milliseconds pause{5};

double in_ms(std::chrono::nanoseconds duration) { return static_cast<double>(duration.count()) / 1e6; }

void print_row(const std::string& name, Latencies& latencies) {
  std::printf("  %-20s %8zu %8zu %9.2f %9.2f %9.2f %9.2f %6zu\n", name.c_str(), latencies.count(), latencies.good(),
              in_ms(latencies.per_mille(500)), in_ms(latencies.per_mille(990)), in_ms(latencies.per_mille(999)),
              in_ms(latencies.per_mille(1000)), latencies.late());
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

Answers Attack::probe(const Service& service, const Probing& probing) { return measure(service, probing, true); }

Answers Attack::probe_ungated(const Service& service, const Probing& probing) {
  return measure(service, probing, false);
}

Answers Attack::measure(const Service& service, const Probing& probing, bool gated) {
  const auto end = steady_clock::now() + probing.duration.value_or(duration_);
  Probers probers{service, probing};
  do {
    if (probing.meanwhile) probing.meanwhile();
    const auto known = threads_before_ + static_cast<std::size_t>(probing.probers) + control_threads;
    most_threads_ = std::max(most_threads_, threads() - std::min(threads(), known));
    std::this_thread::sleep_for(pause);
  } while (steady_clock::now() < end);
  probers.stop();
  const Answers answers{probers.latencies()};

  std::printf("  %-20s %8s %8s %9s %9s %9s %9s %6s\n", "ms", "answers", "200", "p50", "p99", "p99.9", "max", "late");
  for (auto [route, latencies] : answers.by_route()) print_row(route, latencies);
  std::printf("  threads of the library: up to %zu\n", most_threads_);
  if (gated)
    expect(answers.of("").late() == 0, "every answer came before a control had waited for three times the budget");
  return answers;
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
