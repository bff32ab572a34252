#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "support/gate.hpp"
#include "support/http_client.hpp"
#include "support/tested_server.hpp"

namespace vitals_test {

/// A registry and a server on a free port of 127.0.0.1.
class ServerTest : public testing::Test {
 protected:
  void TearDown() override { gate_.open(); }

  /// Starts a server with other options than the defaults.
  void start(vitals::HealthServerOptions options = {}) {
    options.address = "127.0.0.1";
    options.port = 0;
    server_ = std::make_unique<TestedServer>(health_, std::move(options));
    server_->start();
  }
  [[nodiscard]] HttpClient connect() const { return HttpClient{server_->port()}; }
  /// Sends the bytes and returns everything that arrives until the server closes the connection.
  [[nodiscard]] std::string exchange(std::string_view bytes) const { return connect().send(bytes).read_to_end(); }

  const Gate gate_ = {};
  vitals::HealthRegistry health_{{.answer_budget = std::chrono::seconds{60}}};
  std::unique_ptr<TestedServer> server_;
};

/// For a check that hangs for the whole test.
inline vitals::CheckOptions patient() { return {.timeout = std::chrono::seconds{60}}; }

/// Adds a readiness check that hangs until the gate is open.
inline void add_hanging_check(vitals::HealthRegistry& health, const Gate& gate) {
  health.add_readiness_check(
      "hangs", [gate] { gate.wait(); }, patient());
}

/// How often `part` occurs in `text`.
inline int count(std::string_view text, std::string_view part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

}  // namespace vitals_test
