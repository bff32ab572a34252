// The end of main(): abandoned code may still run, and the objects that it uses aren't destroyed.

#include <chrono>
#include <future>

#include <gtest/gtest.h>

#include <vitals/lifecycle.hpp>
#include <vitals/registry.hpp>

namespace {

using namespace std::chrono_literals;
using testing::ExitedWithCode;
using vitals::HealthRegistry;
using vitals::Lifecycle;

/// Each exit happens in a process of its own.
class LifecycleExitTest : public testing::Test {
 protected:
  LifecycleExitTest() { testing::GTEST_FLAG(death_test_style) = "threadsafe"; }

  void end_with_a_callback_that_hangs() {
    lifecycle_.on_stop(
        "hangs", [this] { never_.get_future().wait(); }, 1ms);
    lifecycle_.begin_shutdown("the test");
    lifecycle_.run_or_exit();
  }
  void end_with_a_loop_that_hangs() {
    lifecycle_.begin_shutdown("the test");
    lifecycle_.run_or_exit({.loop = [this] { never_.get_future().wait(); }, .stop_loop = [] {}});
  }

  HealthRegistry health_;
  Lifecycle lifecycle_{health_, {.propagation_delay = 0s}};
  std::promise<void> never_;
};

TEST_F(LifecycleExitTest, AServiceThatEndsInOrderReturnsZero) {
  lifecycle_.begin_shutdown("the test");

  EXPECT_EQ(lifecycle_.run_or_exit(), 0);
}

TEST_F(LifecycleExitTest, ACallbackThatHangsEndsTheProcessWithStatusOne) {
  EXPECT_EXIT(end_with_a_callback_that_hangs(), ExitedWithCode(1), "hangs took .*abandoned");
}

TEST_F(LifecycleExitTest, ALoopThatHangsEndsTheProcessWithStatusOne) {
  EXPECT_EXIT(end_with_a_loop_that_hangs(), ExitedWithCode(1), "stopping -> stopped");
}

}  // namespace
