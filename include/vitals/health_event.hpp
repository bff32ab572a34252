#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include <vitals/clock.hpp>
#include <vitals/export.hpp>
#include <vitals/status.hpp>

namespace vitals::inline v1 {

/// A change of a check's or a probe's status, as HealthRegistry::on_change() tells it.
struct HealthEvent {
  /// Counts the transitions of the registry from 1. The events that a subscription begins with carry the number of the
  /// last transition before it.
  std::uint64_t sequence = 0;
  Probe probe = Probe::readiness;
  /// The check's name; empty if the event is about the probe itself.
  std::string check = {};
  /// The status before; none for the first.
  std::optional<Status> from = std::nullopt;
  Status to = Status::fail;
  /// Why, in full.
  std::string reason = {};
  WallTime time = {};
  /// How many earlier events of the same check or probe were folded into this one because the listeners were too slow.
  std::uint64_t missed = 0;
  /// How long `from` lasted, by the registry's steady clock; zero for the first. If earlier events were folded into
  /// this one: until the first of them.
  Duration lasted = Duration::zero();
};

/// Called for one event at a time. What it throws is dropped.
using HealthListener = std::function<void(const HealthEvent&)>;

/// A listener that writes one line an event, as in
/// `2026-03-01T12:00:00.000Z vitals: readiness check database: pass -> fail after 3 h 12 min (connection refused)`.
///
/// The duration is how long the state before had lasted, rounded down.
///
/// @param out  Must outlive the subscription. Nothing else may write to it at the same time, unless it is one of the
///             standard streams.
[[nodiscard]] VITALS_EXPORT HealthListener log_changes(std::ostream& out);

}  // namespace vitals::inline v1

#endif
