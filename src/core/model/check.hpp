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

/// One moment, by both clocks.
struct Moment {
  SteadyTime steady;
  WallTime wall;
};

/// A change of status, as an event reports it.
struct Transition {
  std::optional<Status> from = std::nullopt;
  Status to = Status::fail;
  Duration lasted = Duration::zero();
};

/// A HealthModel's record of one check. Its construction allocates all that it needs later.
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
  bool queued = false;   ///< A run is due and has no worker yet.
  bool awaited = false;  ///< A run is queued or running, and probes wait for it.

  CheckState state = {};
  std::optional<InstantReading> reading = std::nullopt;
  Verdict verdict = {};
  std::optional<Status> counts_as = std::nullopt;  ///< In the tally of its probe.

  std::optional<Status> announced = std::nullopt;  ///< The status in the last event,
  SteadyTime announced_at = {};                    ///< and when.
  const std::shared_ptr<EventSlot> events = std::make_shared<EventSlot>();

  std::optional<WallTime> checked_at = std::nullopt;
  std::optional<WallTime> succeeded_at = std::nullopt;
  std::optional<WallTime> changed_at = std::nullopt;

  CheckOrder::Place look{id, this};    ///< When the timer must settle it.
  CheckOrder::Place expiry{id, this};  ///< When its verdict expires.
  CheckOrder::Place want{id, this};    ///< From when a probe needs a new run.
  CheckOrder::Place unwell{id, this};  ///< Its place among the failing or warning checks of its probe.

  bool touched = false;           ///< Is in the list of touched checks,
  Check* next_touched = nullptr;  ///< which goes on with this one.
};

/// The verdict on an instant check's reading: steps (1) to (4).
[[nodiscard]] Verdict judge(const InstantReading& reading, const CheckRules& rules, SteadyTime now) noexcept;

/// Step (5): what the check counts as for its probe.
[[nodiscard]] Status contribution_of(const Check& check) noexcept;

[[nodiscard]] CheckReport report_of(const Check& check);

[[nodiscard]] std::string_view reason_of(const Check& check) noexcept;

/// The change of status since the last call of mark_announced(), if listeners should get it.
[[nodiscard]] std::optional<Transition> change_of(const Check& check, SteadyTime now) noexcept;
void mark_announced(Check& check, const Moment& now) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
