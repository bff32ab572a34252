#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include <vitals/check_result.hpp>

#include "core/state/transaction.hpp"
#include "core/work/call.hpp"

namespace vitals::inline v1 {
namespace detail {

// The life of a run: queued, called, timed out, returned. What the events mean for a check is decided by check_state.

/// Runs the checks that are due and delivers the events, on the calling thread. @returns How many it started.
std::size_t run_due(RegistryState& state);

/// The next run that a worker may make now; nothing if there is none.
[[nodiscard]] std::optional<Call> take_ready(RegistryState& state, Transaction& transaction) noexcept
    VITALS_REQUIRES(state.mutex);

/// Calls the check, without the lock. If it ends its thread, that has been noted as a failure when the stack unwinds.
void make(RegistryState& state, Call& call);

/// Takes in what it said.
void finish(RegistryState& state, Call& call, Transaction& transaction) noexcept VITALS_REQUIRES(state.mutex);

/// An asynchronous check's result, from any thread.
void complete(RegistryState& state, const std::shared_ptr<Entry>& entry, const std::shared_ptr<Run>& run,
              SharedResult result) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
