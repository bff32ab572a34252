#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <vitals/vitals.hpp>

#include "latencies.hpp"
#include "support/machine.hpp"

namespace vitals_test {

/// A registry, and the two ways to probe it.
struct Service {
  Service() { server.start(); }

  vitals::HealthRegistry health;
  vitals::Endpoint endpoint{health};
  vitals::HealthServer server{health, {.address = "127.0.0.1", .port = 0, .log = [](std::string_view) {}}};
};

struct Probing {
  /// Not set: as long as the command line says.
  std::optional<std::chrono::milliseconds> duration = std::nullopt;
  /// Threads, each of which sends one kind of probe in one way.
  int probers = sanitized ? 20 : 200;
  /// The time between two probes of a thread; zero: none.
  std::chrono::milliseconds pace{100};
  /// Called repeatedly during the attack.
  std::function<void()> meanwhile = {};
};

/// One run of a scenario: its measurements and its violations.
class Attack {
 public:
  static constexpr std::chrono::milliseconds budget{750};

  Attack(std::string_view name, std::chrono::milliseconds duration);

  /// Sends all kinds of probes, by Endpoint::handle() and over HTTP, and prints the latencies. How long an answer may
  /// take depends on the machine, so an answer counts as late only if it comes after a Control that waits for three
  /// times the budget.
  Answers probe(const Service& service, const Probing& probing = {});
  /// The same, but late answers aren't violations: for loads that are too heavy for any machine.
  Answers probe_ungated(const Service& service, const Probing& probing);

  /// Checks an invariant of the scenario.
  void expect(bool holds, std::string_view what);
  /// Waits until something has happened by itself, for as long as a loaded machine may need.
  void expect_soon(std::string_view what, const std::function<bool()>& is_so,
                   std::chrono::seconds limit = std::chrono::seconds{60});
  /// Expects that the probe soon answers 200.
  void expect_recovery(const Service& service, std::string_view target);
  /// Expects that the number of threads stayed within the bound while probes were sent.
  void expect_bounded_threads();

  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  Answers measure(const Service& service, const Probing& probing, bool gated);

  std::chrono::milliseconds duration_;
  std::size_t threads_before_;
  std::size_t most_threads_ = 0;
  bool failed_ = false;
};

/// The threads of this process.
std::size_t threads();

/// A scenario tries to break the library's promises, and reports violations with Attack::expect().
using Scenario = void (*)(Attack&);

/// By name.
const std::map<std::string_view, Scenario>& scenarios();

}  // namespace vitals_test
