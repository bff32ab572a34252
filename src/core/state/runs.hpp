#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include <vitals/check_result.hpp>

#include "core/state/transaction.hpp"
#include "core/work/call.hpp"

namespace vitals::inline v1 {
namespace detail {

// The life of a run: queued, called, timed out, returned. check_state decides what each event means for the check.

/// Runs the checks that are due and delivers the events, on the calling thread. @returns How many it started.
std::size_t run_due(RegistryState& state);

/// The next run that a worker may make now; nullopt if there is none.
[[nodiscard]] std::optional<Call> take_ready(RegistryState& state, Transaction& transaction) noexcept
    VITALS_REQUIRES(state.mutex);

/// Calls the check, without the lock. If the check ends its thread, that is recorded as a failure, and the unwinding
/// goes on.
void make(RegistryState& state, Call& call);

/// The result of a run with its texts redacted. Without the lock.
[[nodiscard]] SharedResult redact(RegistryState& state, const Entry& entry, const Run& run, SharedResult result);

/// Applies the outcome of make().
void finish(RegistryState& state, Call& call, Transaction& transaction) noexcept VITALS_REQUIRES(state.mutex);

/// An asynchronous check's result, redacted, from any thread.
void complete(RegistryState& state, const std::shared_ptr<Entry>& entry, const std::shared_ptr<Run>& run,
              SharedResult result) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
