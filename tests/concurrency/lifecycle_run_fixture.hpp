#pragma once

#include <chrono>
#include <future>

#include <gtest/gtest.h>

#include <vitals/lifecycle.hpp>
#include <vitals/registry.hpp>

#include "support/lifecycle_record.hpp"

namespace vitals_test {

using namespace std::chrono_literals;

/// A registry for a Lifecycle that runs on a thread of its own.
class LifecycleRunTest : public testing::Test {
 protected:
  static std::future<int> run(vitals::Lifecycle& lifecycle) {
    return std::async(std::launch::async, [&] { return lifecycle.run(); });
  }

  const LifecycleRecord record_ = {};
  vitals::HealthRegistry health_;
};

}  // namespace vitals_test
