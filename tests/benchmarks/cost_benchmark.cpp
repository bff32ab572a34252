// What checks cost: memory, registration, a report, metrics, and a probe whose answer is still valid. Prints tables and
// never fails, because the numbers depend on the machine.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include <vitals/vitals.hpp>

#include "benchmarks/allocated.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using vitals::HealthRegistry;
using vitals::Probe;

constexpr int many = 10'000;
// Longer than the benchmark, so that meanwhile nothing is due and no answer becomes invalid.
constexpr auto rarely = 1h;

struct Kind {
  std::string_view name;
  std::function<void(HealthRegistry&, const std::string&)> add;
};

std::array<Kind, 3> kinds() {
  static const vitals::PushedCheck flag{vitals::CheckResult::pass()};
  return {
      Kind{"instant", [](HealthRegistry& health, const std::string& name) { health.add_readiness_check(name, flag); }},
      Kind{"on_demand",
           [](HealthRegistry& health, const std::string& name) {
             health.add_readiness_check(name, [] { return true; },
                                        {.schedule = vitals::on_demand(rarely), .stale_after = 24h});
           }},
      Kind{"every", [](HealthRegistry& health, const std::string& name) {
             health.add_readiness_check(name, [] { return true; }, {.schedule = vitals::every(rarely)});
           }}};
}

void fill(HealthRegistry& health, const Kind& kind, int checks) {
  for (int i = 0; i < checks; ++i) kind.add(health, "check-" + std::to_string(i));
}

template <class F>
double ns_of(F&& f) {
  const auto begin = steady_clock::now();
  f();
  return std::chrono::duration<double, std::nano>(steady_clock::now() - begin).count();
}

/// The median time of a call in ns, over samples of `calls` calls each.
template <class F>
double median_ns(int samples, int calls, F&& f) {
  std::vector<double> times;
  for (int sample = 0; sample < samples; ++sample)
    times.push_back(ns_of([&] {
                      for (int call = 0; call < calls; ++call) f();
                    }) /
                    calls);
  std::nth_element(times.begin(), times.begin() + samples / 2, times.end());
  return times[static_cast<std::size_t>(samples / 2)];
}

void measure_memory_and_reports() {
  std::printf("%-10s %16s %16s %20s %20s %16s\n", "checks", "bytes a check", "after one run", "first add, us",
              "10,000th add, us", "report, us");
  for (const auto& kind : kinds()) {
    HealthRegistry health;
    std::vector<double> adds;
    const auto before = allocated_bytes();
    for (int i = 0; i < many; ++i)
      adds.push_back(ns_of([&] { kind.add(health, "check-" + std::to_string(i)); }) / 1000);
    const auto registered = allocated_bytes() - before;
    health.run_due();
    const auto run = allocated_bytes() - before;
    const auto median_of = [&](std::size_t begin) {
      const auto first = adds.begin() + static_cast<std::ptrdiff_t>(begin);
      std::nth_element(first, first + 50, first + 100);
      return first[50];
    };
    const double first_add = median_of(0);
    const double last_add = median_of(many - 100);
    const double report = median_ns(21, 1, [&] { (void)health.report(Probe::readiness); }) / 1000;
    std::printf("%-10.*s %16.0f %16.0f %20.2f %20.2f %16.1f\n", static_cast<int>(kind.name.size()), kind.name.data(),
                static_cast<double>(registered) / many, static_cast<double>(run) / many, first_add, last_add, report);
  }
}

/// The time of Endpoint::handle() for a valid answer, in ns.
double valid_answer_ns(const vitals::Endpoint& endpoint, std::string_view target) {
  const vitals::HttpRequest request{.target = target};
  if (endpoint.handle(request).value().status != 200) std::printf("  (the answer was not a 200)\n");
  return median_ns(101, 200, [&] { (void)endpoint.handle(request); });
}

void measure_valid_answers() {
  std::printf("\n%-10s %8s %16s %16s %16s\n", "checks", "of them", "/ready, ns", "?verbose, ns", "ratio to 1");
  for (const auto& kind : kinds()) {
    double with_one = 0;
    for (const int checks : {1, 1'000, many}) {
      HealthRegistry health;
      fill(health, kind, checks);
      const vitals::Runner runner{health};
      const vitals::Endpoint endpoint{health};
      const double plain = valid_answer_ns(endpoint, "/ready");
      const double verbose = valid_answer_ns(endpoint, "/ready?verbose");
      if (checks == 1) with_one = plain;
      std::printf("%-10.*s %8d %16.0f %16.0f %16.2f\n", static_cast<int>(kind.name.size()), kind.name.data(), checks,
                  plain, verbose, plain / with_one);
    }
  }
}

void measure_metrics() {
  std::printf("\n%-10s %8s %16s %16s\n", "metrics", "of them", "bytes", "ms");
  for (const int checks : {10, 1'000}) {
    HealthRegistry health;
    for (const auto& kind : kinds())
      if (kind.name == "every") fill(health, kind, checks);
    health.run_due();
    const double text = median_ns(101, 1, [&] { (void)vitals::metrics_text(health); }) / 1e6;
    std::printf("%-10s %8d %16zu %16.3f\n", "metrics", checks, vitals::metrics_text(health).size(), text);
  }
}

/// How often the calling thread has been blocked, by a lock or anything else.
long waits() noexcept {
  rusage usage = {};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

/// Measures valid answers of liveness while another thread calls `disturb` repeatedly.
void measure_beside(std::string_view what, HealthRegistry& health, const std::function<void()>& disturb) {
  const vitals::Endpoint endpoint{health};
  const vitals::HttpRequest request{.target = "/healthz"};
  (void)endpoint.handle(request);
  std::atomic<bool> over = false;
  std::thread other{[&] {
    while (!over) disturb();
  }};
  std::vector<double> times;
  const auto before = waits();
  const auto end = steady_clock::now() + 1s;
  while (steady_clock::now() < end) times.push_back(ns_of([&] { (void)endpoint.handle(request); }));
  const auto waited = waits() - before;
  over = true;
  other.join();
  std::sort(times.begin(), times.end());
  const auto at = [&](std::size_t per_mille) {
    return times[std::min(times.size() - 1, times.size() * per_mille / 1000)] / 1000;
  };
  std::printf("%-34.*s %10zu %10.2f %10.2f %10.2f %10.2f %10ld\n", static_cast<int>(what.size()), what.data(),
              times.size(), at(500), at(990), at(999), at(1000), waited);
}

void measure_disturbed_answers() {
  std::printf("\n%-34s %10s %10s %10s %10s %10s %10s\n", "/healthz, us, while another thread", "answers", "p50", "p99",
              "p99.9", "max", "waits");
  const auto run = [](std::string_view what, auto make_disturbance) {
    HealthRegistry health;
    const vitals::PushedCheck alive{vitals::CheckResult::pass()};
    health.add_liveness_check("alive", alive);
    for (const auto& kind : kinds())
      if (kind.name == "every") fill(health, kind, many);
    const vitals::Runner runner{health};
    while (health.report(Probe::readiness).status() != vitals::Status::pass) std::this_thread::sleep_for(10ms);
    measure_beside(what, health, make_disturbance(health));
  };
  run("does nothing", [](HealthRegistry&) { return [] { std::this_thread::sleep_for(1ms); }; });
  run("takes reports of 10,000",
      [](HealthRegistry& health) { return [&health] { (void)health.report(Probe::readiness); }; });
  run("adds and removes (invalidates)", [](HealthRegistry& health) {
    return [&health] { health.add_readiness_check("passing-by", [] { return true; }).remove(); };
  });
}

}  // namespace
}  // namespace vitals_test

int main() {
  vitals_test::measure_memory_and_reports();
  vitals_test::measure_valid_answers();
  vitals_test::measure_metrics();
  vitals_test::measure_disturbed_answers();
}
