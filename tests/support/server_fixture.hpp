#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "support/http_client.hpp"
#include "support/tested_server.hpp"

namespace vitals_test {

/// A check hangs on it until the test opens it, and it tells when the check has begun. Copies are the same gate: a
/// check holds its own.
class Gate {
 public:
  /// Called by the check.
  void pass() const {
    if (!std::exchange(state_->entered, true)) state_->entry.set_value();
    state_->opened.wait();
  }
  /// Called by the test, once.
  void wait_until_entered() const { state_->entry.get_future().wait(); }
  /// Called by the test.
  void open() const {
    if (!std::exchange(state_->open, true)) state_->opening.set_value();
  }

 private:
  struct State {
    std::promise<void> entry;
    std::promise<void> opening;
    std::shared_future<void> opened = opening.get_future().share();
    bool entered = false;
    bool open = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// A registry and a server on a free port of 127.0.0.1.
class ServerTest : public testing::Test {
 protected:
  void TearDown() override { gate_.open(); }

  /// Starts a server of its own for the test, with other options than the defaults.
  void start(vitals::HealthServerOptions options = {}) {
    options.address = "127.0.0.1";
    options.port = 0;
    server_ = std::make_unique<TestedServer>(health_, std::move(options));
    server_->start();
  }
  [[nodiscard]] HttpClient connect() const { return HttpClient{server_->port()}; }
  /// Everything that comes back for these bytes until the server closes the connection.
  [[nodiscard]] std::string exchange(std::string_view bytes) const { return connect().send(bytes).read_to_end(); }

  const Gate gate_ = {};
  vitals::HealthRegistry health_{{.answer_budget = std::chrono::seconds{60}}};
  std::unique_ptr<TestedServer> server_;
};

/// For a check that hangs as long as the test wants.
inline vitals::CheckOptions patient() { return {.timeout = std::chrono::seconds{60}}; }

/// How often `part` is in `text`.
inline int count(std::string_view text, std::string_view part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

}  // namespace vitals_test
