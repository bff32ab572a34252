#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <vitals/check.hpp>

#include "core/state/registry_state.hpp"

namespace vitals::inline v1 {
namespace detail {

// Adding and removing checks; shutdown and end of a registry.

std::uint64_t add_instant(RegistryState& state, Probe probe, std::string_view name,
                          std::shared_ptr<InstantSource> source, const CheckOptions& options);
std::uint64_t add_scheduled(RegistryState& state, Probe probe, std::string_view name, std::shared_ptr<CheckBody> body,
                            const CheckOptions& options);
/// @param wait  Until no call of the check is in progress, unless this is called from user code of the registry.
void remove(RegistryState& state, std::uint64_t id, bool wait) noexcept;
/// @param reason  As redacted() returns it.
void begin_shutdown(RegistryState& state, std::string reason, Readiness readiness = Readiness::fails);
/// Sets what the shutdown is waiting for, as `/health` shows it. From any thread; ignored before begin_shutdown().
void set_awaited(RegistryState& state, Awaited awaited);
/// Has metrics show this gauge, as long as it exists.
void set_work(RegistryState& state, const std::shared_ptr<const WorkGauge>& work) noexcept;
/// 0 if there is no gauge.
[[nodiscard]] std::size_t in_flight_work(const RegistryState& state) noexcept;
/// Ends the registry: removes every check, and nothing runs any more.
void close(RegistryState& state) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
