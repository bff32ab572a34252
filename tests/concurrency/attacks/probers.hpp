#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "attack.hpp"
#include "control.hpp"

namespace vitals_test {

/// Threads that send probes until they are stopped.
class Probers {
 public:
  Probers(const Service& service, const Probing& probing);

  /// Waits for the outstanding answers.
  void stop();
  /// The latencies by kind of probe. Call it after stop().
  [[nodiscard]] std::map<std::string, Latencies> latencies() const;

 private:
  struct Prober {
    std::string route;
    std::function<int()> ask;
    Latencies latencies = {};
    std::thread thread = {};
  };

  void add(const Service& service, std::size_t number);
  void run(Prober& prober, std::chrono::nanoseconds phase);

  Control control_ = {};
  std::chrono::milliseconds pace_;
  std::atomic<bool> over_ = false;
  std::vector<Prober> probers_;
};

}  // namespace vitals_test
