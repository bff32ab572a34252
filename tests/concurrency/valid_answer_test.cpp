// A valid answer is given without any lock of the registry.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/registry.hpp>

#include "support/probe.hpp"
#include "support/responses.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;

thread_local bool held_up_here = false;

/// Holds up a thread when it reads the time; the registry does that with its mutex locked.
class HoldingClock final : public Clock::Source {
 public:
  [[nodiscard]] SteadyTime steady_now() const noexcept override {
    if (std::exchange(held_up_here, false)) {
      held_up.open();
      go_on.wait();
    }
    return SteadyTime{1000h};
  }
  [[nodiscard]] WallTime wall_now() const noexcept override { return WallTime{24h * 20'000}; }

  mutable Gate held_up;
  mutable Gate go_on;
};

class ValidAnswerTest : public testing::Test {
 protected:
  ValidAnswerTest() {
    health_.add_liveness_check("alive", alive_);
    EXPECT_EQ(get(endpoint_, "/healthz").status, 200);
  }
  ~ValidAnswerTest() override {
    clock_->go_on.open();
    other_.join();
    if (reporting_.joinable()) reporting_.join();
  }

  /// Makes another thread call it and stop while it holds the registry's mutex.
  void begin_and_hold_the_lock(std::function<void()> call) {
    other_ = std::thread{[call = std::move(call)] {
      held_up_here = true;
      call();
    }};
    clock_->held_up.wait();
  }

  /// Starts a second thread, which needs the mutex.
  void begin_a_report() {
    reporting_ = std::thread{[this] {
      begun_.open();
      (void)health_.report(Probe::liveness);
      reported_ = true;
    }};
    begun_.wait();
  }

  /// Whether the second thread returns if it is given time.
  [[nodiscard]] bool returns() const {
    for (int turn = 0; turn < 10'000 && !reported_; ++turn) std::this_thread::yield();
    return reported_;
  }

  const std::shared_ptr<HoldingClock> clock_ = std::make_shared<HoldingClock>();
  const PushedCheck alive_{CheckResult::pass()};
  HealthRegistry health_{{.clock = Clock{clock_}}};
  const Endpoint endpoint_{health_};
  std::thread other_;
  Gate begun_;
  std::atomic<bool> reported_ = false;
  std::thread reporting_;
};

TEST_F(ValidAnswerTest, TakesNoLockThatAReportHolds) {
  begin_and_hold_the_lock([&] { (void)health_.report(Probe::liveness); });
  begin_a_report();

  EXPECT_EQ(get(endpoint_, "/healthz").status, 200);
  EXPECT_FALSE(returns()) << "the lock wasn't held";
}

TEST_F(ValidAnswerTest, TakesNoLockThatARegistrationHolds) {
  begin_and_hold_the_lock([&] { health_.add_readiness_check("database", [] { return true; }); });
  begin_a_report();

  EXPECT_EQ(get(endpoint_, "/healthz").status, 200);
  EXPECT_FALSE(returns()) << "the lock wasn't held";
}

TEST_F(ValidAnswerTest, TakesNoLockThatANewSubscriptionHolds) {
  begin_and_hold_the_lock([&] { health_.on_change([](const HealthEvent&) {}).reset(); });
  begin_a_report();

  EXPECT_EQ(get(endpoint_, "/healthz").status, 200);
  EXPECT_FALSE(returns()) << "the lock wasn't held";
}

}  // namespace
}  // namespace vitals::test
