#pragma once

#include <array>
#include <cstddef>

#include <vitals/status.hpp>

namespace vitals::inline v1 {
namespace detail {

inline constexpr std::array all_probes{Probe::liveness, Probe::readiness, Probe::startup};

[[nodiscard]] constexpr std::size_t index_of(Probe probe) noexcept { return static_cast<std::size_t>(probe); }

struct ProbeSet {
  unsigned bits = 0;

  [[nodiscard]] static constexpr ProbeSet of(Probe probe) noexcept { return {1U << index_of(probe)}; }
  [[nodiscard]] static constexpr ProbeSet all() noexcept { return {7U}; }
  [[nodiscard]] constexpr bool contains(Probe probe) const noexcept { return (bits & of(probe).bits) != 0; }
  [[nodiscard]] constexpr ProbeSet with(Probe probe) const noexcept { return {bits | of(probe).bits}; }
  constexpr bool operator==(const ProbeSet&) const noexcept = default;
};

}  // namespace detail
}  // namespace vitals::inline v1
