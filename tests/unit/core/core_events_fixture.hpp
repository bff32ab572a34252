#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace vitals::inline v1::test {

/// As in `readiness/database`.
inline std::string subject(const HealthEvent& event) {
  const std::string probe{to_string(event.probe)};
  return event.check.empty() ? probe : probe + "/" + event.check;
}

/// An event without its numbers, as in `readiness/database pass>fail down`.
inline std::string told(const HealthEvent& event) {
  std::string text = subject(event) + " ";
  if (event.from) text += std::string{to_string(*event.from)} + ">";
  text += to_string(event.to);
  return event.reason.empty() ? text : text + " " + event.reason;
}

inline std::vector<std::string> told(const std::vector<HealthEvent>& events) {
  std::vector<std::string> texts;
  texts.reserve(events.size());
  for (const auto& event : events) texts.push_back(told(event));
  return texts;
}

/// A registry on a manual clock, and the events that its listener gets.
class EventsTest : public testing::Test {
 protected:
  void listen() {
    subscription_ = health_.on_change([this](const HealthEvent& event) { events_.push_back(event); });
  }
  /// The events since the last call.
  std::vector<std::string> news() {
    health_.run_due();
    return told(std::exchange(events_, {}));
  }

  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
  Subscription subscription_;
  std::vector<HealthEvent> events_;
};

}  // namespace vitals::inline v1::test
