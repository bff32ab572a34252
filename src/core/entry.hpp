#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include <vitals/check.hpp>
#include <vitals/report.hpp>

#include "core/check_state.hpp"
#include "core/instant.hpp"
#include "core/pending_runs.hpp"
#include "core/wait.hpp"

namespace vitals::inline v1 {
namespace detail {

/// One run of a check, from its start to its return.
struct Run {
  std::stop_source stop = {};
  bool in_call = true;       ///< The callable has not returned.
  bool completed = false;    ///< Asynchronous: the completion has come.
  bool holds_slot = true;    ///< Counts among the runs within their timeout.
  bool holds_worker = true;  ///< Its call is made by a worker.
  bool abandoned = false;    ///< Its Runner has ended: the result is dropped.
};

/// A registered check. Guarded by the lock of its RegistryState, but for what is const.
struct Entry : std::enable_shared_from_this<Entry> {
  Entry(std::uint64_t number, std::string check_name, CheckRules check_rules)
      : id{number}, name{std::move(check_name)}, rules{check_rules} {}

  const std::uint64_t id;
  const std::string name;
  const CheckRules rules;

  std::shared_ptr<InstantSource> instant = nullptr;  ///< Either this
  std::shared_ptr<CheckBody> body = nullptr;         ///< or this; it goes when the check is removed.
  bool removed = false;

  CheckState state = {};
  std::shared_ptr<Run> run = nullptr;
  bool queued = false;
  std::optional<PendingRuns::Number> pending = std::nullopt;  ///< A run is on its way, and probes wait for it.
  std::deque<std::shared_ptr<Wait>> waits = {};               ///< For this check alone.
  int calls = 0;                                              ///< Of the callable, now.

  Verdict verdict = {};
  std::optional<InstantReading> reading = std::nullopt;
  std::optional<Status> told = std::nullopt;  ///< What the last event said,
  SteadyTime told_at = {};                    ///< and when.

  // Its places in the timetables.
  SteadyTime look = SteadyTime::max();
  SteadyTime expiry = SteadyTime::max();
  SteadyTime want = SteadyTime::max();

  std::optional<WallTime> checked_at = std::nullopt;
  std::optional<WallTime> succeeded_at = std::nullopt;
  std::optional<WallTime> changed_at = std::nullopt;

  [[nodiscard]] bool scheduled() const noexcept { return instant == nullptr; }
};

/// Runs wait in two queues: liveness checks, which no other may hold up, and all others.
[[nodiscard]] inline std::size_t queue_of(const Entry& entry) noexcept {
  return entry.rules.probe == Probe::liveness ? 0 : 1;
}

/// What an instant check's reading amounts to: steps (1) to (4).
[[nodiscard]] Verdict judge(const InstantReading& reading, const CheckRules& rules, SteadyTime now);

/// Step (5): what the check counts as for its probe. A startup check that never ran has not started, critical or not.
[[nodiscard]] Status contribution_of(const Entry& entry);

/// The check's condition and message for people, as a CheckReport.
[[nodiscard]] CheckReport report_of(const Entry& entry);

/// Why the check has the status that it has.
[[nodiscard]] const std::string& reason_of(const Entry& entry);

}  // namespace detail
}  // namespace vitals::inline v1
