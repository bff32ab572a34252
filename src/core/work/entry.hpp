#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include <vitals/check.hpp>

#include "core/model/check.hpp"
#include "core/work/wait.hpp"

namespace vitals::inline v1 {
namespace detail {

struct Run {
  std::stop_source stop = {};
  bool in_call = true;       ///< The callable has not returned.
  bool completed = false;    ///< Asynchronous: the completion has come.
  bool holds_slot = true;    ///< Counts among the runs within their timeout.
  bool holds_worker = true;  ///< A worker makes its call.
  bool abandoned = false;    ///< Its Runner has ended: the result is dropped.
  bool stop_asked = false;
  std::shared_ptr<Run> next_stop = nullptr;  ///< Link in the list of stop requests.
};

/// Null if there is no memory.
[[nodiscard]] std::shared_ptr<Run> new_run() noexcept;

struct Entry;

using EntriesBySource = std::multimap<const InstantSource*, Entry*>;

/// A check with its callable and its run. Guarded by the lock of its RegistryState.
struct Entry final : Check, std::enable_shared_from_this<Entry> {
  Entry(std::uint64_t number, std::string_view check_name, CheckRules check_rules,
        std::shared_ptr<InstantSource> instant_source)
      : Check{number, check_name, std::move(check_rules), instant_source != nullptr},
        source{std::move(instant_source)},
        next_run{instant ? nullptr : std::make_shared<Run>()} {}

  std::shared_ptr<InstantSource> source;      ///< Of an instant check.
  EntriesBySource::iterator at_source = {};   ///< Its place in RegistryState::by_source.
  std::shared_ptr<CheckBody> body = nullptr;  ///< Of a scheduled check. Removal destroys either.
  std::shared_ptr<Run> run = nullptr;         ///< The current one, if any.
  std::shared_ptr<Run> next_run;              ///< The one after it, unless there was no memory for it yet.
  std::size_t calls = 0;                      ///< Calls of the callable in progress.

  std::shared_ptr<Entry> next_ready = nullptr;    ///< Link in the ReadyQueue.
  std::shared_ptr<Entry> next_garbage = nullptr;  ///< Link in Effects::garbage.
  std::deque<std::shared_ptr<Wait>> waits = {};   ///< Waits for this check alone.
  Entry* awaited_before = nullptr;                ///< Links in Waits: its probe's awaited runs, oldest first.
  Entry* awaited_after = nullptr;
  std::uint64_t awaited_number = 0;
};

/// Each check of a registry is an Entry.
[[nodiscard]] inline Entry& entry_of(Check& check) noexcept { return static_cast<Entry&>(check); }
[[nodiscard]] inline const Entry& entry_of(const Check& check) noexcept { return static_cast<const Entry&>(check); }

/// Runs wait in two queues: those of liveness checks, which no other may delay, and all others.
[[nodiscard]] inline std::size_t queue_of(const Check& check) noexcept {
  return check.rules.probe == Probe::liveness ? 0 : 1;
}

}  // namespace detail
}  // namespace vitals::inline v1
