#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>  // Boost 1.74 needs it before its own headers
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <vitals/asio.hpp>

#include "support/server_fixture.hpp"

namespace vitals_test {

using namespace std::chrono_literals;

inline const std::string get_healthz = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

/// A registry, and a context that runs only when the test runs it.
class HostedServerFixture : public testing::Test {
 protected:
  void TearDown() override {
    gate_.open();
    io_.stop();
    join_loop();
  }

  static vitals::HealthServerOptions local(std::uint16_t port = 0) { return {.address = "127.0.0.1", .port = port}; }
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
