#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

/// What one datagram says.
struct Notice {
  bool ready = false;
  bool reloading = false;
  bool stopping = false;
  bool status = false;
  bool extension = false;
  bool ping = false;
  bool trigger = false;

  [[nodiscard]] bool empty() const noexcept { return *this == Notice{}; }
  bool operator==(const Notice&) const = default;
};

/// How long a service may be silent after an extension of its timeout.
inline constexpr std::chrono::seconds extension_of_timeout{30};

/// The datagram, as sd_notify(3) has it.
/// @param monotonic  By the system's CLOCK_MONOTONIC.
[[nodiscard]] std::string text_of(const Notice& notice, std::string_view status, std::chrono::microseconds monotonic);

struct NotifyRules {
  std::optional<Duration> watchdog = std::nullopt;  ///< WatchdogSec, if there is one.
  bool trigger_watchdog = false;
};

/// A registry at one moment.
struct ServiceState {
  SteadyTime now = {};
  bool on_time = false;  ///< The timer is looking.
  bool run = false;      ///< The checks are run.
  bool started = false;
  bool draining = false;
  bool alive = true;                              ///< Liveness doesn't fail.
  SteadyTime starting_until = SteadyTime::max();  ///< When the start takes too long.
  std::uint64_t events = 0;                       ///< How many transitions there were.
};

/// Decides what to send. Pure: no socket, no clock.
///
///     starting ──READY=1──▶ running ──STOPPING=1──▶ stopping        (or straight from starting to stopping)
///                RELOADING=1 │   ▲ READY=1
///                            ▼   │
///                          reloading ──STOPPING=1──▶ stopping
///
/// What wasn't sent is decided again by the next call. What happens periodically is sent only when the timer looks.
class NotifyMachine {
 public:
  explicit NotifyMachine(const NotifyRules& rules) noexcept : rules_{rules} {}

  void begin_reload() noexcept { ++reloads_; }
  void end_reload() noexcept { --reloads_; }

  /// What to send now.
  [[nodiscard]] Notice notice(const ServiceState& service) const noexcept;
  /// It has been sent.
  void sent(const Notice& notice, const ServiceState& service) noexcept;
  /// When to look again.
  [[nodiscard]] SteadyTime next(const ServiceState& service) const noexcept;

 private:
  enum class Stage { starting, running, reloading, stopping };

  [[nodiscard]] bool extends(const ServiceState& service) const noexcept;

  const NotifyRules rules_;
  Stage stage_ = Stage::starting;
  std::size_t reloads_ = 0;
  bool triggered_ = false;
  std::optional<std::uint64_t> events_ = std::nullopt;  // that the status covers
  SteadyTime ping_at_ = SteadyTime::min();
  SteadyTime extend_at_ = SteadyTime::min();
};

}  // namespace detail
}  // namespace vitals::inline v1
