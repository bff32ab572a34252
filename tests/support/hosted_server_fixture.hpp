#pragma once

#include <chrono>
#include <thread>
#include <utility>  // Boost 1.74 needs it before its own headers
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <vitals/asio.hpp>

#include "support/local_server.hpp"
#include "support/requests.hpp"
#include "support/server_fixture.hpp"

namespace vitals_test {

using namespace std::chrono_literals;

/// A registry, and a context that runs only when the test runs it.
class HostedServerFixture : public testing::Test {
 protected:
  void TearDown() override {
    gate_.open();
    io_.stop();
    join_loop();
  }

  /// Runs the loop on new threads until it has no work or is stopped.
  void run_loop(int threads = 1) {
    io_.restart();
    for (int i = 0; i < threads; ++i) loop_.emplace_back([this] { io_.run(); });
  }
  void join_loop() {
    for (auto& thread : loop_) thread.join();
    loop_.clear();
  }

  const Gate gate_ = {};
  boost::asio::io_context io_;
  vitals::HealthRegistry health_{{.answer_budget = 60s}};
  std::vector<std::thread> loop_;
};

}  // namespace vitals_test
