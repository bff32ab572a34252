#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/runner.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/eventually.hpp"
#include "support/failing_allocation.hpp"

namespace vitals_test {

/// Too long for a std::string to hold without an allocation.
inline const std::string long_name = "a-check-with-a-long-name-that-must-be-allocated";
inline const std::string other_name = "another-check-with-a-long-name-that-must-be-allocated";
inline const std::string reason = "a reason that is too long for a std::string to hold it without an allocation";

inline const vitals::RunnerOptions quiet{.log = [](std::string_view) {}};

/// Options of a check that runs every 2 ms.
inline vitals::CheckOptions often() {
  using namespace std::chrono_literals;
  return {.schedule = vitals::every(2ms)};
}

/// A listener that records its events. Copies share one record.
class EventRecord {
 public:
  void operator()(const vitals::HealthEvent& event) const {
    const TestCode test_code;
    const std::lock_guard lock{state_->mutex};
    state_->events.push_back(event);
  }
  [[nodiscard]] std::vector<vitals::HealthEvent> events() const {
    const std::lock_guard lock{state_->mutex};
    return state_->events;
  }
  /// The last event's status of a check, or of a probe if `check` is empty.
  [[nodiscard]] std::optional<vitals::Status> last(vitals::Probe probe, std::string_view check = {}) const {
    std::optional<vitals::Status> status;
    for (const auto& event : events())
      if (event.probe == probe && event.check == check) status = event.to;
    return status;
  }
  [[nodiscard]] bool mentions(std::string_view text) const {
    return std::ranges::any_of(events(), [&](const auto& event) {
      return event.check == text || event.reason.find(text) != std::string::npos;
    });
  }
  /// Expects that each event begins where the last one of the same check or probe ended, and changes something.
  void expect_chains() const {
    std::map<std::pair<vitals::Probe, std::string>, vitals::Status> present;
    std::uint64_t sequence = 0;
    for (const auto& event : events()) {
      SCOPED_TRACE(std::string{to_string(event.probe)} + " " + event.check);
      const auto before = present.find({event.probe, event.check});
      if (event.from) {  // without `from` it is a present state, not a change
        EXPECT_NE(*event.from, event.to);
        if (before != present.end()) {
          EXPECT_EQ(event.from, before->second);
        }
      }
      EXPECT_GE(event.sequence, sequence);
      sequence = event.sequence;
      present[{event.probe, event.check}] = event.to;
    }
  }

 private:
  struct State {
    std::mutex mutex;
    std::vector<vitals::HealthEvent> events;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// The parameter says whose allocations fail: the test thread's or those of the library's threads.
class AllocationFailuresTest : public testing::TestWithParam<Allocating> {};

inline const auto both = testing::Values(Allocating::test, Allocating::others);

inline std::string name_of(const testing::TestParamInfo<Allocating>& info) {
  return info.param == Allocating::test ? "InTheCall" : "InTheThreads";
}

/// Waits until the check's report matches; false if it doesn't.
template <class Matcher>
bool comes_to_be(const vitals::HealthRegistry& health, vitals::Probe probe, std::string_view check,
                 const Matcher& matcher) {
  const testing::Matcher<const vitals::CheckReport&> matches{matcher};
  return eventually([&] {
    const auto report = health.report(probe);
    const auto* found = report.find(check);
    return found != nullptr && matches.Matches(*found);
  });
}

}  // namespace vitals_test
