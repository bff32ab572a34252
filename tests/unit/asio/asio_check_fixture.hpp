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

/// A registry without a thread, and a context that runs only when the test runs it: run_due() starts runs, poll() runs
/// the handlers that are ready.
class AsioCheckTest : public testing::Test {
 protected:
  template <class Check>
  vitals::CheckHandle add(Check&& check) {
    return health_.add_readiness_check("check", std::forward<Check>(check), {.timeout = timeout});
  }
  /// Starts the run, and runs the handlers that are ready.
  vitals::CheckReport run() {
    health_.run_due();
    poll();
    return report();
  }
  void poll() {
    io_->restart();
    io_->poll();
  }
  /// Makes the run in progress overdue, which also requests its stop.
  void overrun() {
    clock_.advance(timeout + std::chrono::milliseconds{1});
    health_.run_due();
  }
  /// Advances the clock until the next run is due.
  void wait_for_turn() { clock_.advance(std::chrono::seconds{20}); }
  [[nodiscard]] vitals::CheckReport report() const { return health_.report("check"); }

  static constexpr std::chrono::milliseconds timeout{500};
  vitals::test::ManualClock clock_;
  std::optional<boost::asio::io_context> io_{std::in_place};
  vitals::HealthRegistry health_{{.clock = clock_}};
};

}  // namespace vitals_test
