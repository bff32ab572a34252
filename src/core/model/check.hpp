#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/report.hpp>

#include "core/events/event_queue.hpp"
#include "core/model/check_order.hpp"
#include "core/model/check_state.hpp"
#include "core/sources/instant.hpp"

namespace vitals::inline v1 {
namespace detail {

/// When something happens, by both clocks.
struct Moment {
  SteadyTime steady;
  WallTime wall;
};

/// A change of status, as an event tells it.
struct Transition {
  std::optional<Status> from = std::nullopt;
  Status to = Status::fail;
  Duration lasted = Duration::zero();
};

/// What a HealthModel knows of one check. Has all the memory that it will need.
struct Check {
  Check(std::uint64_t number, std::string_view check_name, CheckRules check_rules, bool is_instant)
      : id{number}, name{check_name}, rules{std::move(check_rules)}, instant{is_instant} {}
  Check(const Check&) = delete;
  Check& operator=(const Check&) = delete;
  virtual ~Check() = default;

  const std::uint64_t id;
  const std::string name;
  const CheckRules rules;
  const bool instant;  ///< Read in place, never run.
  bool removed = false;
  bool queued = false;   ///< A run is due, and has no thread yet.
  bool awaited = false;  ///< A run is on its way, and probes wait for it.

  CheckState state = {};
  std::optional<InstantReading> reading = std::nullopt;
  Verdict verdict = {};
  std::optional<Status> counts_as = std::nullopt;  ///< In the tally of its probe.

  std::optional<Status> told = std::nullopt;  ///< What the last event said,
  SteadyTime told_at = {};                    ///< and when.
  const std::shared_ptr<EventSlot> events = std::make_shared<EventSlot>();

  std::optional<WallTime> checked_at = std::nullopt;
  std::optional<WallTime> succeeded_at = std::nullopt;
  std::optional<WallTime> changed_at = std::nullopt;

  CheckOrder::Place look{id, this};    ///< When the timer must look at it.
  CheckOrder::Place expiry{id, this};  ///< From when on time alone makes its verdict wrong.
  CheckOrder::Place want{id, this};    ///< From when on a probe needs a run that isn't on its way.
  CheckOrder::Place unwell{id, this};  ///< Among those of its probe that fail or warn.

  bool touched = false;           ///< Is in the list of those that something has happened to,
  Check* next_touched = nullptr;  ///< before this one.
};

/// What an instant check's reading amounts to: steps (1) to (4).
[[nodiscard]] Verdict judge(const InstantReading& reading, const CheckRules& rules, SteadyTime now) noexcept;

/// Step (5): what the check counts as for its probe.
[[nodiscard]] Status contribution_of(const Check& check) noexcept;

/// The check's condition and message for people, as a CheckReport.
[[nodiscard]] CheckReport report_of(const Check& check);

/// Why the check has the status that it has.
[[nodiscard]] std::string_view reason_of(const Check& check) noexcept;

/// What is to be told of it, since told() was called last.
[[nodiscard]] std::optional<Transition> change_of(const Check& check, SteadyTime now) noexcept;
void told(Check& check, const Moment& now) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
