#include <chrono>
#include <memory>

#include <gtest/gtest.h>

#include "lifecycle/wake.hpp"
#include "support/process_without_streams.hpp"

namespace {

using vitals::detail::Wake;

TEST(WakeTest, NeverHasTheNumbersOfStandardStreamsAndWakesAllTheSame) {
  vitals_test::ProcessWithoutStreams process{[] {
    auto wake = std::make_unique<Wake>();
    wake->notify();
    wake->wait_for(std::chrono::hours{1});
    return wake;
  }};

  EXPECT_EQ(process.open_streams(), 0);
}

}  // namespace
