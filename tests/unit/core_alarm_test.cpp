#include <chrono>
#include <memory>
#include <sys/resource.h>
#include <thread>

#include <gtest/gtest.h>

#include "core/alarm.hpp"

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using vitals::detail::Alarm;

std::unique_ptr<Alarm> alarm_without_descriptor() {
  rlimit before = {};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none = {0, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  auto alarm = std::make_unique<Alarm>();
  setrlimit(RLIMIT_NOFILE, &before);
  return alarm;
}

/// With a timer of the kernel, and where there is none to be had.
class AlarmTest : public testing::TestWithParam<bool> {
 protected:
  std::unique_ptr<Alarm> alarm_ = GetParam() ? std::make_unique<Alarm>() : alarm_without_descriptor();
};

INSTANTIATE_TEST_SUITE_P(WithAndWithoutADescriptor, AlarmTest, testing::Bool());

TEST_P(AlarmTest, WakesAtItsMoment) {
  const auto moment = steady_clock::now() + 2ms;
  alarm_->set(moment);

  alarm_->wait();

  EXPECT_GE(steady_clock::now(), moment);
}

TEST_P(AlarmTest, WakesAtOnceWhenItsMomentIsOver) {
  alarm_->set(steady_clock::time_point{} - 1h);

  alarm_->wait();
}

TEST_P(AlarmTest, IsMovedToAnEarlierMomentWhileSomebodyWaits) {
  alarm_->set(steady_clock::now() + 1h);
  std::thread sleeper{[&] { alarm_->wait(); }};

  alarm_->set(steady_clock::now());

  sleeper.join();
}

TEST_P(AlarmTest, IsMovedToALaterMoment) {
  const auto moment = steady_clock::now() + 5ms;
  alarm_->set(steady_clock::now());
  alarm_->set(moment);

  alarm_->wait();

  EXPECT_GE(steady_clock::now(), moment);
}

}  // namespace
