#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <vitals/handles.hpp>
#include <vitals/health_event.hpp>
#include <vitals/registry.hpp>

#include "core_random_findings.hpp"
#include "core_random_model.hpp"

namespace vitals::inline v1::test {

/// A listener, and the rules for the events that it gets.
class HeardEvents {
 public:
  explicit HeardEvents(Findings& findings) : findings_{findings} {}

  void subscribe(HealthRegistry& health);
  /// A check of that name was added: its first event has no `from`.
  void added(const CheckFacts& check);
  /// Examines the events that the last run_due() delivered: the last event of each check must be what is reported now.
  void examine(const ReferenceModel& model, SteadyTime now);

 private:
  using Key = std::pair<Probe, std::string>;  // the name of a check; empty for the probe itself
  struct Told {
    std::optional<Status> last = std::nullopt;
    std::string reason = {};
    int firsts = 0;  ///< Checks of that name without an event so far.
  };

  void examine(const HealthEvent& event, const ReferenceModel& model);
  void examine_order(const HealthEvent& event);

  Findings& findings_;
  std::vector<HealthEvent> events_;
  std::size_t examined_ = 0;
  std::map<Key, Told> told_;
  Subscription subscription_;
};

}  // namespace vitals::inline v1::test
