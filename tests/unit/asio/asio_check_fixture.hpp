#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <vitals/asio.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace vitals_test {

/// A registry without a thread and a context that only the test runs: run_due() starts runs, poll() gives the loop a
/// turn.
class AsioCheckTest : public testing::Test {
 protected:
  template <class Check>
  vitals::CheckHandle add(Check&& check) {
    return health_.add_readiness_check("check", std::forward<Check>(check), {.timeout = timeout});
  }
  /// Starts the run, and lets the loop do what it can do now.
  vitals::CheckReport run() {
    health_.run_due();
    poll();
    return report();
  }
  void poll() {
    io_->restart();
    io_->poll();
  }
  /// The run that has begun is overdue, and has been told so.
  void overrun() {
    clock_.advance(timeout + std::chrono::milliseconds{1});
    health_.run_due();
  }
  /// Time for the next run.
  void wait_for_turn() { clock_.advance(std::chrono::seconds{20}); }
  [[nodiscard]] vitals::CheckReport report() const { return health_.report("check"); }

  static constexpr std::chrono::milliseconds timeout{500};
  vitals::test::ManualClock clock_;
  std::optional<boost::asio::io_context> io_{std::in_place};
  vitals::HealthRegistry health_{{.clock = clock_}};
};

}  // namespace vitals_test
