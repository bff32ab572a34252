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

/// A registry, and the two ways of asking it.
struct Service {
  Service() { server.start(); }

  vitals::HealthRegistry health;
  vitals::Endpoint endpoint{health};
  vitals::HealthServer server{health, {.address = "127.0.0.1", .port = 0, .log = [](std::string_view) {}}};
};

struct Probing {
  /// None: as long as the command line says.
  std::optional<std::chrono::milliseconds> duration = std::nullopt;
  /// Threads, of which each asks one probe in one way.
  int probers = sanitized ? 20 : 200;
  /// From one question of a prober to its next; zero: asks again at once.
  std::chrono::milliseconds pace{100};
  /// Called again and again while they ask.
  std::function<void()> meanwhile = {};
};

/// One run of a scenario: what was measured, and what was found broken.
class Attack {
 public:
  static constexpr std::chrono::milliseconds budget{750};

  Attack(std::string_view name, std::chrono::milliseconds duration);

  /// Has probers ask for all that a service answers, by Endpoint::handle() and over HTTP, and prints how long it took.
  /// How long an answer may take depends on the machine, so it is judged by order: one that comes after a Control
  /// has waited for three times the budget is a failure.
  Answers probe(const Service& service, const Probing& probing = {});
  /// The same, but nothing is a failure: for loads that no machine is fast enough for.
  Answers probe_ungated(const Service& service, const Probing& probing);

  /// An invariant of the scenario.
  void expect(bool holds, std::string_view what);
  /// Something that the service does by itself; waited for as long as a loaded machine may need.
  void expect_soon(std::string_view what, const std::function<bool()>& is_so,
                   std::chrono::seconds limit = std::chrono::seconds{60});
  /// That the probe answers 200 before long.
  void expect_recovery(const Service& service, std::string_view target);
  /// That design.md's bound of threads held while probers asked.
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

/// Each is a way to break the promises of the library, and says so with Attack::expect().
using Scenario = void (*)(Attack&);

/// By name.
const std::map<std::string_view, Scenario>& scenarios();

}  // namespace vitals_test
