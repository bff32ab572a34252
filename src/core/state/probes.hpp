#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "core/state/transaction.hpp"

namespace vitals::inline v1 {
namespace detail {

// What a probe does: it asks for the runs that it needs, waits for them together with others, and reads what is known.

/// What follows a question. Without a wait, what is known now is the answer.
struct Asked {
  std::shared_ptr<Wait> wait = nullptr;
  std::optional<CheckSnapshot> check = std::nullopt;  ///< Of the one that was named, if there is no wait.
};
/// Starts the runs that a probe needs: of all checks of `probes`, or only of the one of them that is named. If there is
/// something to wait for, `ready` is called once, without the lock, at the latest when the answer budget is spent; it
/// must neither block nor throw.
[[nodiscard]] Asked ask(RegistryState& state, ProbeSet probes, std::string_view check, std::function<void()> ready);
void cancel(RegistryState& state, const std::shared_ptr<Wait>& wait) noexcept;
/// When a probe that asked then has its answer, by the registry's clock, with a Runner or without: later than now while
/// runs that it needs are under way and in time; not after the answer budget.
[[nodiscard]] SteadyTime answered_at(RegistryState& state, ProbeSet probes, std::string_view check, SteadyTime asked);
[[nodiscard]] bool has_runner(const RegistryState& state);

/// What is known now. Runs nothing and never waits. `effects` takes what is left to be done.
[[nodiscard]] Standing standing(RegistryState& state, ProbeSet probes, Effects& effects);
[[nodiscard]] Snapshot snapshot(RegistryState& state, ProbeSet probes, Effects& effects);
/// Of one check; nothing if there is none of that name among those of the probes.
[[nodiscard]] std::optional<CheckSnapshot> snapshot(RegistryState& state, ProbeSet probes, std::string_view check);

/// Runs a task on the thread of a lane; on the calling one if there are no threads.
void post(RegistryState& state, Lane lane, Tasks task) noexcept;
/// The same on the thread that writes the log.
void post_log(RegistryState& state, std::function<void()> task);

}  // namespace detail
}  // namespace vitals::inline v1
