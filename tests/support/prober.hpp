#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "support/http_client.hpp"
#include "support/machine.hpp"

namespace vitals_test {

/// What a kubelet sends.
inline const std::string kubelet_request =
    "GET /healthz HTTP/1.1\r\nHost: 10.0.0.1:8080\r\nUser-Agent: kube-probe/1.30\r\nAccept: */*\r\n"
    "Connection: close\r\n\r\n";

/// Probes a server as a kubelet does: every 20 ms, on a new connection, on a thread of its own.
class Prober {
 public:
  explicit Prober(std::uint16_t port) : port_{port}, thread_{[this] { run(); }} {}
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;
  ~Prober() { finish(); }

  /// Whether it has sent too few probes so far; attacks go on until it has sent enough.
  [[nodiscard]] bool needs_more() const noexcept { return asked_ < enough; }
  /// Waits until a probe that begins now has been answered. If an attack began faster than the server can accept, the
  /// kernel would refuse connections, and no server could prevent that.
  void wait_for_an_answer() const {
    const auto before = asked_.load();
    for (auto asked = before; asked < before + 2; asked = asked_) asked_.wait(asked);
  }
  /// Waits until it has sent enough probes, and checks the answers.
  void expect_answers() {
    finish();
    EXPECT_EQ(good_, asked_);
  }

 private:
  static constexpr std::size_t enough = 50;
  static constexpr std::chrono::milliseconds pace{20};

  void run() {
    while (needs_more() || !over_) {
      const auto begin = std::chrono::steady_clock::now();
      good_ += is_answered() ? 1 : 0;
      ++asked_;
      asked_.notify_all();
      std::this_thread::sleep_until(begin + pace);
    }
  }
  [[nodiscard]] bool is_answered() const {
    try {
      HttpClient client{port_};
      return client.send(kubelet_request).read_to_end().starts_with("HTTP/1.1 200 ") && !client.was_reset();
    } catch (const std::exception&) {
      return false;
    }
  }
  void finish() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
  }

  const std::uint16_t port_;
  std::size_t good_ = 0;  ///< Answers with 200; read after the thread has ended.
  std::atomic<std::size_t> asked_ = 0;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace vitals_test
