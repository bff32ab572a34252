#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/state/transaction.hpp"

namespace vitals::inline v1 {
namespace detail {

// What a probe does: it requests the runs that it needs, waits for them along with other probes, and reads the state.

/// How long a probe waits: the last 1/15 of the budget is reserved for writing and sending the answer.
[[nodiscard]] constexpr Duration longest_wait(Duration budget) noexcept { return budget - budget / 15; }

/// The checks that a probe asks for.
struct Asking {
  ProbeSet probes = {};
  std::string_view check = {};                 ///< Only the one of this name; empty: all of the probes.
  std::span<const std::string> excluded = {};  ///< All but those of these names; sorted.
  Duration reserve = {};                       ///< By so much the wait ends before the time for the answer.
};

/// The outcome of ask(). Without a wait, the present state is the answer.
struct Asked {
  std::shared_ptr<Wait> wait = nullptr;
  std::optional<CheckSnapshot> check = std::nullopt;  ///< The named check, if there is no wait.
};
/// Starts the runs that a probe needs. If a wait is returned, `ready` is called once, without the lock, at the latest
/// when the answer budget is spent. It must neither block nor throw.
[[nodiscard]] Asked ask(RegistryState& state, const Asking& asking, std::function<void()> ready);
void cancel(RegistryState& state, const std::shared_ptr<Wait>& wait) noexcept;
/// When a probe that arrived at `asked` gets its answer, by the registry's clock, with or without a Runner. Later than
/// now while runs that it needs are in progress and in time, but not after the answer budget.
[[nodiscard]] SteadyTime answered_at(RegistryState& state, ProbeSet probes, std::string_view check, SteadyTime asked);
[[nodiscard]] bool has_runner(const RegistryState& state);

/// The present state. Runs nothing and never waits. `effects` collects what remains to be done without the lock.
[[nodiscard]] Standing standing(RegistryState& state, ProbeSet probes, Effects& effects);
[[nodiscard]] Snapshot snapshot(RegistryState& state, ProbeSet probes, Effects& effects);
/// Of one check; nullopt if `probes` have none of that name.
[[nodiscard]] std::optional<CheckSnapshot> snapshot(RegistryState& state, ProbeSet probes, std::string_view check);

/// Runs a task on the thread of a lane; on the calling one if there are no threads.
void post(RegistryState& state, Lane lane, Tasks task) noexcept;
/// The same on the log lane.
void post_log(RegistryState& state, std::function<void()> task);

}  // namespace detail
}  // namespace vitals::inline v1
