#pragma once

#include <chrono>
#include <thread>

namespace vitals_test {

/// Calls `is_so` every `pause` until it returns true, for at most 30 s. Returns whether it did.
template <class Condition>
bool eventually(Condition is_so, std::chrono::milliseconds pause = std::chrono::milliseconds{1}) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

}  // namespace vitals_test
