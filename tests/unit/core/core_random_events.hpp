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

/// A listener, and what must be true of the events that it gets.
class HeardEvents {
 public:
  explicit HeardEvents(Findings& findings) : findings_{findings} {}

  void subscribe(HealthRegistry& health);
  /// A check of that name was added: its first event has no status before.
  void added(const CheckFacts& check);
  /// What was delivered by run_due() that has just returned: what was told last is what is reported now.
  void examine(const ReferenceModel& model, SteadyTime now);

 private:
  using Key = std::pair<Probe, std::string>;  // the name of a check, or nothing for the probe itself
  struct Told {
    std::optional<Status> last = std::nullopt;
    std::string reason = {};
    int firsts = 0;  ///< Checks of that name that have had no event yet.
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
