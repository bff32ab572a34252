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
#include <vitals/log.hpp>
#include <vitals/status.hpp>

namespace vitals::inline v1 {

/// A change of a check's or a probe's status, as passed to HealthRegistry::on_change().
struct HealthEvent {
  /// Counts the transitions of the registry from 1. The events that a subscription begins with carry the number of the
  /// last transition before it.
  std::uint64_t sequence = 0;
  Probe probe = Probe::readiness;
  /// The check's name; empty if the event is about the probe: see is_check().
  std::string check = {};
  /// The status before; none for the first.
  std::optional<Status> from = std::nullopt;
  Status to = Status::fail;
  /// Why, in full.
  std::string reason = {};
  WallTime time = {};
  /// How many earlier events of the same check or probe were merged into this one because the listeners were too slow.
  std::uint64_t missed = 0;
  /// How long `from` lasted, by the registry's steady clock; zero for the first event. If earlier events were merged
  /// into this one: until the first of them.
  Duration lasted = Duration::zero();

  /// Whether the event is about one check; otherwise it is about the probe.
  [[nodiscard]] bool is_check() const noexcept { return !check.empty(); }
};

/// One line without a line feed, as in
/// `2026-03-01T12:00:00.000Z vitals: readiness check database: pass -> fail after 3 h 12 min (connection refused)`.
///
/// The duration is HealthEvent::lasted, rounded down.
[[nodiscard]] VITALS_EXPORT std::string to_string(const HealthEvent& event);

/// Called for one event at a time. Exceptions are dropped.
using HealthListener = std::function<void(const HealthEvent&)>;

/// A listener that writes one line per event: to_string() and a line feed.
///
/// @code
/// const auto subscription = health.on_change(vitals::log_changes(std::clog));
/// @endcode
///
/// @param out  Must outlive the subscription. Nothing else may write to it at the same time, unless it is one of the
///             standard streams.
[[nodiscard]] VITALS_EXPORT HealthListener log_changes(std::ostream& out);

/// The same for a logger of yours:
/// @code
/// const auto subscription = health.on_change(vitals::log_changes([&](std::string_view line) { log.info(line); }));
/// @endcode
/// @throws std::invalid_argument  if `log` is empty.
[[nodiscard]] VITALS_EXPORT HealthListener log_changes(LogFunction log);

}  // namespace vitals::inline v1

#endif
