#pragma once

#include <optional>
#include <string>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

/// What systemd puts into the environment of a service.
struct SystemdEnvironment {
  std::string notify_socket = {};  ///< Empty outside a unit.
  /// How long the service may be silent; at most a day, since more pings do no harm. None if it isn't watched, or if
  /// another process is: see sd_watchdog_enabled(3).
  std::optional<Duration> watchdog = std::nullopt;
};

[[nodiscard]] SystemdEnvironment read_systemd_environment();
void unset_systemd_environment() noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
