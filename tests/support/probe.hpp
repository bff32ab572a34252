#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string_view>

#include <vitals/registry.hpp>

#include "core/state/probes.hpp"
#include "support/gate.hpp"

namespace vitals::inline v1::test {

using vitals_test::Gate;

/// A counter; threads can wait until it reaches a number.
class Counter {
 public:
  int add() {
    const std::lock_guard lock{mutex_};
    changed_.notify_all();
    return ++count_;
  }
  void await(int count) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return count_ >= count; });
  }
  [[nodiscard]] int value() const {
    const std::lock_guard lock{mutex_};
    return count_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

/// Probes as a server does: starts the runs that are needed, waits for them within the answer budget, and reports.
inline Report probe(const HealthRegistry& health, Probe which = Probe::readiness) {
  const auto state = detail::state_of(health);
  const auto ready = std::make_shared<Gate>();  // outlives the call that opens it
  if (detail::ask(*state, {.probes = detail::ProbeSet::of(which)}, [ready] { ready->open(); }).wait) ready->wait();
  return health.report(which);
}

}  // namespace vitals::inline v1::test
