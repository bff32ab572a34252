#include <chrono>

#include <gtest/gtest.h>

#include "lifecycle/signal_requests.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::SteadyTime;
using vitals::detail::SignalRequests;

constexpr SteadyTime noon{12h};

TEST(SignalRequestsTest, TheFirstArrivalCountsAtAnyTime) {
  EXPECT_TRUE(SignalRequests::counts(SignalRequests::never, noon));
  EXPECT_TRUE(SignalRequests::counts(SignalRequests::never, SteadyTime{}));
}

TEST(SignalRequestsTest, TheSameSignalWithin100MillisecondsIsTheSameRequest) {
  EXPECT_FALSE(SignalRequests::counts(noon, noon));
  EXPECT_FALSE(SignalRequests::counts(noon, noon + 100ms - 1ns));
  EXPECT_TRUE(SignalRequests::counts(noon, noon + 100ms));
}

TEST(SignalRequestsTest, AHandlerThatReadTheClockBeforeTheOneThatCountedIsTheSameRequest) {
  EXPECT_FALSE(SignalRequests::counts(noon, noon - 1ms));
}

TEST(SignalRequestsTest, TheTimeIsMeasuredFromTheOneThatCounted) {
  SignalRequests requests;

  EXPECT_TRUE(requests.count(noon));
  EXPECT_FALSE(requests.count(noon + 60ms));
  EXPECT_TRUE(requests.count(noon + 120ms));
  EXPECT_EQ(requests.counted(), noon + 120ms);
}

TEST(SignalRequestsTest, TheFirstArrivalAfterAResetCounts) {
  SignalRequests requests;
  requests.count(noon);

  requests.reset();

  EXPECT_TRUE(requests.count(noon + 1ms));
}

}  // namespace
