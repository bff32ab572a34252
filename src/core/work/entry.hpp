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

/// One run of a check, from its start to its return.
struct Run {
  std::stop_source stop = {};
  bool in_call = true;       ///< The callable has not returned.
  bool completed = false;    ///< Asynchronous: the completion has come.
  bool holds_slot = true;    ///< Counts among the runs within their timeout.
  bool holds_worker = true;  ///< Its call is made by a worker.
  bool abandoned = false;    ///< Its Runner has ended: the result is dropped.
  bool stop_asked = false;
  std::shared_ptr<Run> next_stop = nullptr;  ///< Whose stop is to be requested after this one's.
};

/// Null where there is no memory for it.
[[nodiscard]] std::shared_ptr<Run> new_run() noexcept;

struct Entry;

/// The instant checks by what they read.
using EntriesBySource = std::multimap<const InstantSource*, Entry*>;

/// A check with what is called, and what runs it. Guarded by the lock of its RegistryState.
struct Entry final : Check, std::enable_shared_from_this<Entry> {
  Entry(std::uint64_t number, std::string_view check_name, CheckRules check_rules,
        std::shared_ptr<InstantSource> instant_source)
      : Check{number, check_name, std::move(check_rules), instant_source != nullptr},
        source{std::move(instant_source)},
        next_run{instant ? nullptr : std::make_shared<Run>()} {}

  std::shared_ptr<InstantSource> source;      ///< Either this
  EntriesBySource::iterator at_source = {};   ///< (its place among others that read it)
  std::shared_ptr<CheckBody> body = nullptr;  ///< or this; both go when the check is removed.
  std::shared_ptr<Run> run = nullptr;         ///< The present one,
  std::shared_ptr<Run> next_run;              ///< and the one after it, unless there was no memory for it yet.
  std::size_t calls = 0;                      ///< Of the callable, now.

  std::shared_ptr<Entry> next_ready = nullptr;    ///< In the queue of those whose run is due.
  std::shared_ptr<Entry> next_garbage = nullptr;  ///< Among those that have just been removed.
  std::deque<std::shared_ptr<Wait>> waits = {};   ///< For this check alone.
  Entry* awaited_before = nullptr;                ///< In the list of its probe's runs that are waited for, by age.
  Entry* awaited_after = nullptr;
  std::uint64_t awaited_number = 0;
};

/// Each check of a registry is an Entry.
[[nodiscard]] inline Entry& entry_of(Check& check) noexcept { return static_cast<Entry&>(check); }
[[nodiscard]] inline const Entry& entry_of(const Check& check) noexcept { return static_cast<const Entry&>(check); }

/// Runs wait in two queues: liveness checks, which no other may hold up, and all others.
[[nodiscard]] inline std::size_t queue_of(const Check& check) noexcept {
  return check.rules.probe == Probe::liveness ? 0 : 1;
}

}  // namespace detail
}  // namespace vitals::inline v1
